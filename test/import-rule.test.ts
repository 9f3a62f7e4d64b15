import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ALLOWED = [
  ['src/metrics/x.ts', "import '../core/clock.ts';"],
  ['src/metrics/x.ts', "import './gzip.ts';"],
  ['src/metrics/x.ts', "import 'prom-client';"],
  ['src/web/page/x.ts', "import '../app.ts';"],
  ['src/web/page/texts/x.ts', "import '../../../core/reasons.ts';"],
  ['src/web/page/x.ts', "await import('libphonenumber-js/min');"],
  ['src/exporter.ts', "import './web/app.ts';"],
  ['src/main.ts', "await import('./simulator/demo.ts');"],
  ['src/core/x.ts', "import 'node:crypto';"],
] as const;

const REFUSED = [
  ['src/metrics/x.ts', "import '../web/app.ts';"],
  ['src/metrics/x.ts', "import type { Log } from '../log.ts'; export type { Log };"],
  ['src/metrics/x.ts', "await import('../poller/account.ts');"],
  ['src/metrics/x.ts', "import 'express';"],
  ['src/metrics/x.ts', "import 'node:process';"],
  ['src/metrics/x.ts', 'process.exit();'],
  ['src/web/page/x.ts', "import '../../metrics/family.ts';"],
  ['src/web/page/texts/x.ts', "import '../../../metrics/family.ts';"],
  ['src/web/page/x.ts', "import 'express';"],
  ['src/web/x.ts', "await import('libphonenumber-js/min');"],
  ['src/exporter.ts', "import 'undici';"],
  ['src/exporter.ts', "import './simulator/demo.ts';"],
  ['src/core/x.ts', "import '../config/config.ts';"],
  ['src/core/x.ts', "import 'node:fs';"],
  ['src/core/x.ts', 'Date.now();'],
] as const;

/** The linter's findings in a file with this text, by the rules of this repository. */
function lint(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-rule-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), `${text}\n`);
  const oxlint = resolve('node_modules/.bin/oxlint');
  return spawnSync(oxlint, [file], { cwd: folder, encoding: 'utf8' }).stdout;
}

test.each(ALLOWED)('%s may say %s', (file, text) => {
  expect(lint(file, text)).not.toContain('restricted');
});

test.each(REFUSED)('%s may not say %s', (file, text) => {
  expect(lint(file, text)).toContain('restricted');
});
