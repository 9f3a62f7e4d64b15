// Generates files from prometheus/src. Run: npx tsx scripts/generate-prometheus.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { generated } from '../prometheus/src/generated.ts';

for (const [path, text] of generated()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
