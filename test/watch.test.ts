import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFileWatch } from '../src/watch.ts';
import { createFakeClock } from './support/fake-clock.ts';

/** Watches a file and reads it again after each change, as a reload does. */
function start(name = 'config.yml') {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  const write = (text: string, to = path) => writeFileSync(to, text);
  const clock = createFakeClock();
  const watch = createFileWatch(clock);
  const texts: string[] = [];
  const read = () => {
    try {
      texts.push(watch.read(path));
    } catch (error) {
      texts.push(String((error as NodeJS.ErrnoException).code));
    }
    watch.follow([path]);
  };
  const begin = () => {
    read();
    texts.length = 0;
    watch.start(read);
  };
  /** More than two checks. */
  const later = () => clock.advance(10_000);
  return { folder, path, write, clock, watch, texts, begin, later };
}

test('a change is reported once, at the second check', async () => {
  const { write, clock, texts, begin, later } = start();
  write('a');
  begin();
  await later();
  write('b');
  await clock.advance(2_000);
  expect(texts).toEqual([]);
  await clock.advance(2_000);
  expect(texts).toEqual(['b']);
  await later();
  expect(texts).toEqual(['b']);
});

test('a change that is reverted, or only of the modification time, is ignored', async () => {
  const { path, write, clock, texts, begin, later } = start();
  write('a');
  begin();
  utimesSync(path, 1, 1);
  await later();
  write('b');
  await clock.advance(2_000);
  write('a');
  await later();
  expect(texts).toEqual([]);
});

test('a change with the same length and modification time is noticed', async () => {
  const { path, write, texts, begin, later } = start();
  write('a');
  const { atime, mtime } = statSync(path);
  begin();
  write('b');
  utimesSync(path, atime, mtime);
  await later();
  expect(texts).toEqual(['b']);
});

test('a file that is being written is reported when it is complete', async () => {
  const { write, clock, texts, begin, later } = start();
  write('old');
  begin();
  for (const part of ['n', 'ne', 'new']) {
    write(part);
    await clock.advance(2_000);
  }
  expect(texts).toEqual([]);
  await later();
  expect(texts).toEqual(['new']);
});

test('an editor may replace the file and leave a moment without it', async () => {
  const { folder, path, write, clock, texts, begin, later } = start();
  write('a');
  begin();
  for (const text of ['b', 'c', 'd']) {
    unlinkSync(path);
    await clock.advance(2_000);
    write(text, join(folder, '.swp'));
    renameSync(join(folder, '.swp'), path);
    await later();
  }
  expect(texts).toEqual(['b', 'c', 'd']);
});

test('a missing file is reported once, and again when it is back', async () => {
  const { path, write, texts, begin, later } = start();
  write('a');
  begin();
  unlinkSync(path);
  await later();
  expect(texts).toEqual(['ENOENT']);
  write('a');
  await later();
  expect(texts).toEqual(['ENOENT', 'a']);
});

test('every change of a parent link, as in Kubernetes, is noticed', async () => {
  const { folder, path, texts, begin, later } = start();
  const swap = (version: string) => {
    mkdirSync(join(folder, `..${version}`));
    writeFileSync(join(folder, `..${version}`, 'config.yml'), version);
    symlinkSync(`..${version}`, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  swap('1');
  symlinkSync('..data/config.yml', path);
  begin();
  for (const version of ['2', '3', '4']) {
    swap(version);
    rmSync(join(folder, `..${Number(version) - 1}`), { recursive: true });
    await later();
  }
  expect(texts).toEqual(['2', '3', '4']);
});

test('a change between reading and the first check is noticed', async () => {
  const { path, write, watch, texts, later } = start();
  write('a');
  watch.read(path);
  write('b');
  watch.follow([path]);
  watch.start(() => texts.push(watch.read(path)));
  await later();
  expect(texts).toEqual(['b']);
});

test('a pipe, which can only be read once, is not watched', async () => {
  const { path, watch, texts, later } = start();
  execFileSync('sh', ['-c', `mkfifo ${path}`]);
  spawn('sh', ['-c', `echo a > ${path}`]);
  expect(watch.read(path)).toBe('a\n');
  watch.follow([path]);
  watch.start(() => texts.push('changed'));
  await later();
  expect(texts).toEqual([]);
});

test('files that are not followed are ignored, and nothing is checked after stop', async () => {
  const { folder, path, write, clock, watch, texts, begin, later } = start();
  const other = join(folder, 'secret');
  write('a');
  write('1', other);
  watch.read(other);
  begin();
  write('2', other);
  await later();
  watch.stop();
  write('b');
  unlinkSync(path);
  await later();
  expect(texts).toEqual([]);
  expect(clock.timers).toBe(0);
});
