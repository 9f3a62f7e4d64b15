/** Accepts one line of the log at a time. */
interface Lines {
  write(line: string): void;
}

/** Rewrites the logger's lines of JSON as logfmt, as Prometheus and its exporters log. */
export function toLogfmt(destination: Lines): Lines {
  return {
    write(line) {
      const { time: ts, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const pairs = Object.entries({ ts, level, msg, ...fields });
      destination.write(`${pairs.map(([name, value]) => toPair(name, value)).join(' ')}\n`);
    },
  };
}

function toPair(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${name.replace(/[\s"=\p{C}]/gu, '_') || '_'}=${/^[^\s"=\p{C}]+$/u.test(text) ? text : quote(text)}`;
}

/** Line breaks and control characters are escaped, also those that JSON allows. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
