import { writeFileSync } from 'node:fs';
import { createFleet } from '../../src/simulator/fleet.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { systemClock } from '../../src/system.ts';

const ACCOUNTS = ['acme', 'globex'] as const;
const NUMBERS = 12;
const SECRETS = ['demo-secret-not-real', 'demo-secret-renewed-not-real'] as const;
const UNAVAILABLE: Fault = { kind: 'reply', status: 503, body: '' };

/** One chapter: what happens, and the alert that must fire, or resolve, before the next one begins. */
interface Chapter {
  readonly text: string;
  readonly begin: () => void;
  readonly alert: string;
  readonly status: 'firing' | 'resolved';
}

interface Story {
  /** The configuration of the exporter. */
  readonly config: object;
  /** How many numbers all accounts have together. */
  readonly numbers: number;
  readonly chapters: readonly Chapter[];
  close(): Promise<void>;
}

type Entry = Readonly<Record<string, unknown>>;

/** Two simulated accounts, and what happens to them. Writes the secret files into the folder. */
export async function createStory(folder: string): Promise<Story> {
  let isDropped = false;
  const accounts = await Promise.all(ACCOUNTS.map(startAccount));
  const [acme, globex] = accounts;
  if (acme === undefined || globex === undefined) throw new Error('the story needs two accounts');

  async function startAccount(name: string, index: number) {
    const fleet = createFleet({ seed: index + 1, numbers: NUMBERS });
    const list = fleet.at(systemClock.unixMs());
    const dropped = list[0]?.whatsapp ?? '';
    const toOnline = (entry: Entry): Entry => {
      const isOffline = isDropped && index === 0 && entry['whatsapp'] === dropped;
      return { ...entry, isOnline: isOffline ? 0 : 1, onlineInbox: isOffline ? 0 : 1 };
    };
    // The story decides which number is offline, not the simulated fleet.
    const numbers: Fault = {
      kind: 'transform',
      transform: (good) => ({ ...good, list: (good['list'] as Entry[]).map(toOnline) }),
    };
    const clientId = `demo-client-${name}`;
    const options = { fleet, clock: systemClock, clientId, clientSecret: SECRETS[0] };
    const simulator = await startSimulator({ ...options, faults: { numbers } });
    const client_secret_file = `${folder}/${name}-secret`;
    writeFileSync(client_secret_file, SECRETS[0]);
    const config = { name, api_url: simulator.url, client_id: clientId, client_secret_file };
    return { simulator, numbers, dropped, config, size: list.length };
  }

  const setAvailable = (isAvailable: boolean) => {
    for (const { simulator, numbers } of accounts) {
      simulator.faults.token = isAvailable ? undefined : UNAVAILABLE;
      simulator.faults.numbers = isAvailable ? numbers : UNAVAILABLE;
    }
  };

  return {
    config: { accounts: accounts.map(({ config }) => config) },
    numbers: acme.size + globex.size,
    chapters: [
      {
        text: `Number ${acme.dropped} of acme drops out of its inbox.`,
        begin: () => (isDropped = true),
        alert: 'WhatsAppNumberOffline',
        status: 'firing',
      },
      {
        text: 'Somebody renews the client secret of globex at the provider, and tells nobody.',
        begin() {
          globex.simulator.rotateSecret(SECRETS[1]);
          globex.simulator.revokeTokens();
        },
        alert: 'WhatsAppTokenRejected',
        status: 'firing',
      },
      {
        text: 'The provider answers every request with 503.',
        begin: () => setAvailable(false),
        alert: 'WhatsAppDataStale',
        status: 'firing',
      },
      {
        text: 'The provider is back.',
        begin: () => setAvailable(true),
        alert: 'WhatsAppDataStale',
        status: 'resolved',
      },
      {
        text: 'An operator writes the new secret of globex into its file.',
        begin: () => writeFileSync(globex.config.client_secret_file, SECRETS[1]),
        alert: 'WhatsAppTokenRejected',
        status: 'resolved',
      },
      {
        text: `Number ${acme.dropped} of acme is connected to its inbox again.`,
        begin: () => (isDropped = false),
        alert: 'WhatsAppNumberOffline',
        status: 'resolved',
      },
    ],
    async close() {
      await Promise.all(accounts.map(({ simulator }) => simulator.close()));
    },
  };
}
