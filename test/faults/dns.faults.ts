import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { startNameServer } from '../support/name-server.ts';
import { withNameServers } from '../support/preload-dns.ts';
import { harmless } from './row.ts';

const HOST = 'provider.example.com';
const folder = mkdtempSync(join(tmpdir(), 'dns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = await startNameServer(() => '127.0.0.1');
const dead = await startNameServer(() => 'silent');
afterAll(() => {
  good.close();
  dead.close();
});

/** The program asks these nameservers for the provider. */
const by =
  (...addresses: readonly string[]) =>
  (port: number) => ({
    WHATSAPP_API_URL: `http://${HOST}:${port}/api`,
    WHATSAPP_ALLOW_INSECURE_HTTP: 'true',
    ...withNameServers(folder, addresses),
  });
/** A provider elsewhere may not be polled more often. */
const pace = { intervalS: 10, staleAfterS: 11 };
const note = 'a preloaded module has the program ask nameservers of the test, over UDP.';

describe('DNS', () => {
  harmless('DNS fails, the address is known', {
    way: by(good.address),
    pace,
    begin: ({ door, sound }) => {
      good.answer = () => 'silent';
      // A connection that is kept alive would make a look-up needless.
      door.lead(sound);
    },
    end: () => void (good.answer = () => '127.0.0.1'),
    note,
  });

  harmless('dead nameserver', {
    way: by(dead.address, good.address),
    pace: { ...pace, staleAfterS: 30 },
    begin: ({ door, sound }) => door.lead(sound),
    note: `${note} The first of two is dead.`,
  });
});
