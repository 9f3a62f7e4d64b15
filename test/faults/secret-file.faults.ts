import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { getuid } from 'node:process';
import { describe, expect, onTestFinished } from 'vitest';
import { failing, harmless } from './row.ts';
import type { Scene } from './scene.ts';

describe('Secret file', () => {
  const isRoot = getuid?.() === 0;
  const rows: readonly [string, (file: string) => void, string?][] = [
    ['secret file missing', () => {}],
    ['secret file is a pipe', (file) => void execFileSync('mkfifo', [file])],
    ['secret file of 10 GB', makeLarge],
    [
      'secret file unreadable',
      (file) => {
        if (isRoot) symlinkSync(file, file);
        else {
          writeFileSync(file, 'fake-secret-nobody-may-read');
          chmodSync(file, 0o000);
        }
      },
      isRoot
        ? 'root may read every file, so a link to itself (ELOOP) is used instead of mode 000.'
        : 'mode 000.',
    ],
  ];
  for (const [name, spoil, note] of rows) {
    failing(name, {
      reason: 'credentials',
      begin: ({ provider, secretFile }) => {
        rmSync(secretFile);
        spoil(secretFile);
        // The file is read when a token is needed.
        provider.revokeTokens();
      },
      end: (scene) => {
        rmSync(scene.secretFile, { recursive: true, force: true });
        scene.changeSecret();
      },
      ...(note === undefined ? {} : { note }),
    });
  }

  let stop = () => {};
  let replaced = 0;
  harmless('secret file replaced constantly', {
    begin: (scene) => {
      const timer = setInterval(() => replace(scene, (replaced += 1)), 3);
      stop = () => clearInterval(timer);
      onTestFinished(stop);
      const { provider } = scene;
      const transform = <T>(good: T) => {
        provider.revokeTokens();
        return good;
      };
      provider.faults.numbers = { kind: 'transform', transform };
    },
    end: () => stop(),
    alsoExpect: ({ provider }) => {
      expect(replaced).toBeGreaterThan(100);
      expect(provider.requests.outcomes['token FAIL 2']).toBeUndefined();
      expect(provider.requests.token, 'the secret was used').toBeGreaterThan(3);
    },
    note: 'by rename, as Kubernetes does; every poll needs a new token and so reads the file.',
  });
});

/** The same secret in a new file, with and without a line break at the end. */
function replace({ folder, secretFile }: Scene, time: number): void {
  const next = `${folder}/secret.new`;
  writeFileSync(next, `fake-secret-canary-1${time % 2 === 0 ? '\n' : ''}`);
  renameSync(next, secretFile);
}

function makeLarge(file: string): void {
  writeFileSync(file, '');
  truncateSync(file, 10_000_000_000);
}
