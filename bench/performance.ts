import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { renderReport } from './report.ts';
import { measureSize, type SizeResult } from './size.ts';

/**
 * `npm run bench [-- --peer URL]`: the exporter, the usual way to write one and a bare server side by
 * side, and the tables of docs/performance.md from it. A peer is any other exporter on this machine.
 */
const SIZES = [10, 1_000, 10_000, 50_000];
const DOC = 'docs/performance.md';
const RESULTS = /(<!-- results -->\n).*(\n<!-- end of results -->)/s;

const { peer } = parseArgs({ options: { peer: { type: 'string' } } }).values;
if (peer !== undefined && !/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(peer)) {
  throw new Error('a peer must be on this machine: http://127.0.0.1:PORT/PATH');
}

const sizes: SizeResult[] = [];
for (const numbers of SIZES) {
  console.error(`measuring ${numbers} numbers ...`);
  sizes.push(await measureSize(numbers, peer));
}
const report = renderReport(sizes, {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
});
console.log(report);
if (peer === undefined) {
  const text = readFileSync(DOC, 'utf8');
  writeFileSync(
    DOC,
    text.replace(RESULTS, (_all, before: string, after: string) => before + report + after),
  );
}
// What was measured may still hold connections open.
process.exit(0);
