import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { renderReport } from './report.ts';
import { measureSize, type SizeResult } from './size.ts';

/**
 * `npm run bench`: compares the exporter with a typical exporter and a static server, and prints the
 * table for docs/performance.md.
 */
const SIZES = [10, 1_000, 10_000, 50_000];
const DOC = 'docs/performance.md';
const RESULTS = /(<!-- results -->\n).*(\n<!-- end of results -->)/s;

const sizes: SizeResult[] = [];
for (const numbers of SIZES) {
  console.error(`measuring ${numbers} numbers ...`);
  sizes.push(await measureSize(numbers));
}
const report = renderReport(sizes, {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
});
console.log(report);
const text = readFileSync(DOC, 'utf8');
writeFileSync(
  DOC,
  text.replace(RESULTS, (_all, before: string, after: string) => before + report + after),
);
// The measured processes may still have open connections.
process.exit(0);
