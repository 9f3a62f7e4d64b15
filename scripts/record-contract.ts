// Records the public contract of the version in package.json. Run at a release: npm run contract
import { readFileSync, writeFileSync } from 'node:fs';
import { contractOf } from './contract.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const contract = { release: version, ...contractOf() };
writeFileSync('docs/contract.json', `${JSON.stringify(contract, null, 2)}\n`);
