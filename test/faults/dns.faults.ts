import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { startNameServer } from '../support/name-server.ts';
import { withNameServers } from '../support/preload-dns.ts';
import { eventually } from '../support/program.ts';
import { CLIENT_ID } from '../support/simulated-provider.ts';
import { harmless } from './row.ts';
import { FIRST_SECRET } from './scene.ts';
import { page } from './watch.ts';

const HOST = 'provider.example.com';
const folder = mkdtempSync(join(tmpdir(), 'dns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = await startNameServer(() => '127.0.0.1');
const dead = await startNameServer(() => 'silent');
afterAll(() => {
  good.close();
  dead.close();
});

/** The shortest interval for a provider that is not on loopback. */
const pace = { intervalS: 10, staleAfterS: 11 };
const note = 'a preloaded module makes the program use a nameserver of the test, over UDP.';

describe('DNS', () => {
  harmless('DNS failure with a cached address', {
    way: (port) => ({
      WHATSAPP_API_URL: `http://${HOST}:${port}/api`,
      WHATSAPP_ALLOW_INSECURE_HTTP: 'true',
      ...withNameServers(folder, [good.address]),
    }),
    pace,
    begin: ({ door, normal }) => {
      good.answer = () => 'silent';
      // A kept-alive connection would need no look-up.
      door.lead(normal);
    },
    end: () => void (good.answer = () => '127.0.0.1'),
    note,
  });

  harmless('dead nameserver', {
    way: (port) => ({
      WHATSAPP_API_URL: `http://${HOST}:${port}/api`,
      WHATSAPP_ALLOW_INSECURE_HTTP: 'true',
      ...withNameServers(folder, [dead.address, good.address]),
    }),
    pace: { ...pace, staleAfterS: 30 },
    begin: ({ door, normal }) => door.lead(normal),
    note: `${note} The first of two nameservers is dead.`,
  });

  const configFile = join(folder, 'accounts.yml');
  /** The watched account, and some with an unresponsive host name. */
  const configure = (port: number, silentCount: number): void => {
    const account = (name: string, host: string) =>
      `  - { name: ${name}, api_url: "http://${host}:${port}/api", allow_insecure_http: true, ` +
      `client_id: ${CLIENT_ID}, client_secret: ${FIRST_SECRET} }\n`;
    const silent = Array.from({ length: silentCount }, (_, i) =>
      account(`silent${i}`, 'silent.example.com'),
    );
    writeFileSync(configFile, `accounts:\n${silent.join('')}${account('acme', HOST)}`);
  };
  harmless('unresponsive host name', {
    way: (port) => {
      configure(port, 0);
      return {
        ...withNameServers(folder, [good.address]),
        WHATSAPP_CONFIG_FILE: configFile,
        WHATSAPP_CLIENT_ID: '',
        WHATSAPP_CLIENT_SECRET_FILE: '',
        WHATSAPP_ACCOUNT: '',
      };
    },
    metricsPath: '/metrics?account=acme',
    pace,
    begin: async ({ door, normal }, { port }) => {
      good.answer = (name) => (name === HOST ? '127.0.0.1' : 'silent');
      configure(door.port, 6);
      await eventually(
        async () => ((await page(port, '/metrics')).includes('silent5') ? true : undefined),
        'six more accounts',
      );
      // A kept-alive connection would need no look-up.
      door.lead(normal);
    },
    end: ({ door }) => {
      good.answer = () => '127.0.0.1';
      configure(door.port, 0);
    },
    note: `${note} Six other accounts of the process have a host name that gets no response.`,
  });
});
