import { readFileSync } from 'node:fs';

/** The examples in a page, each a complete file whose name begins its first line. */
export function examplesIn(page: string): { readonly name: string; readonly text: string }[] {
  const blocks = readFileSync(page, 'utf8').matchAll(
    /^```\w+\n((?:#|\/\/) ([\w-]+\.\w+)\b.*?)^```$/gms,
  );
  return [...blocks].map(([, text = '', name = '']) => ({ name, text }));
}
