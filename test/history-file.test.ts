import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { openHistoryFile, type HistoryFile } from '../src/history-file.ts';

const MONTHS = [{ month: '2026-10', marketing: 1, service: undefined, incoming: 3 }];

function pathOf(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'months.om');
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

function open(path: string): HistoryFile {
  const file = openHistoryFile(path, PROVIDER_MONTH);
  if ('problem' in file) throw new Error(file.problem);
  return file;
}

/** The text after two accounts and two numbers. */
function writeAll(path: string): string {
  const subjects = [
    { account: 'acme' },
    { account: 'acme.2' },
    { account: 'acme', number: '972500000001' },
    { account: 'acme', number: '97250' },
  ];
  const file = open(path);
  for (const subject of subjects) {
    if (!file.has(subject)) file.add(subject, MONTHS);
  }
  file.end();
  return readFileSync(path, 'utf8');
}

test('a missing count has no sample, and only the owner can read the file', () => {
  const path = pathOf();
  const text = writeAll(path);
  expect(text).toContain('number="97250",month="2026-10",category="incoming"');
  expect(text).not.toContain('category="service"');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that was cut anywhere is continued to the same text', () => {
  const whole = writeAll(pathOf());
  for (let length = 0; length < whole.length; length += 3) {
    expect(writeAll(pathOf(whole.slice(0, length))), `cut at ${length}`).toBe(whole);
  }
});

test.each([
  ['a complete file', undefined, 'is complete; delete it to write it again'],
  ['another file', '# keep me\n', 'exists and was not written by this command'],
  ['a file without a line break', 'keep me', 'exists and was not written by this command'],
])('%s is left alone', (_name, other, problem) => {
  const text = other ?? writeAll(pathOf());
  const path = pathOf(text);
  expect(openHistoryFile(path, PROVIDER_MONTH)).toEqual({ problem });
  expect(readFileSync(path, 'utf8')).toBe(text);
});
