import { readFileSync } from 'node:fs';

/** The examples in docs/scaling.md, each a complete file. */
export function scalingExamples(): { readonly name: string; readonly text: string }[] {
  const page = readFileSync('docs/scaling.md', 'utf8');
  return [...page.matchAll(/^```yaml\n(# (\w+\.yml).*?)^```$/gms)].map(
    ([, text = '', name = '']) => ({ name, text }),
  );
}
