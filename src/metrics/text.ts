import type { FamilyHead, Labels, Sample } from './family.ts';

type Head = Pick<FamilyHead, 'name' | 'help'> & { readonly type: string };

/** A whole metric; one without samples still says that it exists, as prom-client has it. */
export function renderFamily(head: Head, samples: Iterable<Sample>): string {
  let text = renderHead(head);
  for (const [labels, value] of samples) {
    if (value !== undefined) text += renderSample(head.name, labels, value);
  }
  return text;
}

export function renderHead({ name, help, type }: Head): string {
  return `# HELP ${name} ${escapeLine(help)}\n# TYPE ${name} ${type}\n`;
}

export function renderSample(name: string, labels: Labels, value: number): string {
  const text = renderLabels(labels);
  return `${name}${text === '' ? '' : `{${text}}`} ${renderValue(value)}\n`;
}

/** `a="1",b="2"`; the empty string for no labels. */
export function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels);
  return pairs.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

export function escapeLabel(text: string): string {
  return /[\\\n"]/.test(text) ? escapeLine(text).replaceAll('"', '\\"') : text;
}

/** `Nan` is prom-client's way to write it. */
function renderValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'Nan';
  return value < 0 ? '-Inf' : '+Inf';
}

function escapeLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
