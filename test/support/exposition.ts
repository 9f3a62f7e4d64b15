/** One sample of the text format 0.0.4, its labels unescaped. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface ExposedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ExposedSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])*)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
/** The value is anything that Go parses as a float, including `Nan`, as written by prom-client. */
const SAMPLE_LINE = new RegExp(
  `^(${NAME})(?:\\{(.*)\\})? ([+-]?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|Na[Nn]|[+-]Inf)$`,
  's',
);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/sy;
/** Suffixes of the series of a histogram or summary. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Parses Prometheus' text format as strictly as its documentation allows: families contiguous and once,
 * HELP before TYPE before samples, no duplicate series, no timestamps. Throws at the first line that is
 * anything else, so that a forged line either fails here or appears as a sample.
 */
export function parseExposition(text: string): ReadonlyMap<string, ExposedFamily> {
  const families = new Map<string, ExposedFamily & { samples: ExposedSample[] }>();
  const series = new Set<string>();
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  if (text.endsWith('\n\n') || text.startsWith('\n')) throw new Error('a blank line at an end');
  const lines = text.slice(0, -1).split('\n');
  const refuse = (i: number): never => {
    throw new Error(`line ${i + 1} is not the format: ${JSON.stringify(lines[i])}`);
  };
  let current = '';
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const help = HELP_LINE.exec(line);
    if (help !== null) {
      const type = TYPE_LINE.exec(lines[(i += 1)] ?? '') ?? refuse(i);
      current = help[1] ?? '';
      if (type[1] !== current || families.has(current)) refuse(i);
      families.set(current, { type: type[2] ?? '', help: unescape(help[2] ?? ''), samples: [] });
      continue;
    }
    const family = families.get(current) ?? refuse(i);
    const [, name = '', labels = '', value = ''] = SAMPLE_LINE.exec(line) ?? refuse(i);
    const names = (SUFFIXES[family.type] ?? ['']).map((suffix) => current + suffix);
    if (!names.includes(name)) refuse(i);
    const sample = { name, labels: parseLabels(labels) ?? refuse(i), value: toNumber(value) };
    const key = seriesKey(name, sample.labels);
    if (series.has(key)) refuse(i);
    series.add(key);
    family.samples.push(sample);
  }
  return families;
}

/** The identity of a series: its name and its labels in any order. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sorted]);
}

function parseLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '' || name in labels) return undefined;
    labels[name] = unescape(value);
  }
  return labels;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_escape, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
