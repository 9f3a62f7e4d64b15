import { loadavg } from 'node:os';
import { startHelper, stop } from '../process.ts';
import { row } from '../web-clients.ts';
import { crowd } from './crowd.ts';
import { scrapesDuringFaults } from './scrapes.ts';
import { certificates, swaps } from './tls.ts';
import { ACCOUNT, withoutPassword } from './without-password.ts';

/** `npm run bench:held`: prints the table of what held in docs/security.md. */
/** The provider's time runs faster, so that every poll has other totals. */
const TIME_LAPSE = '1800';

const provider = await startHelper('simulator', '10000', TIME_LAPSE);
const env = {
  WHATSAPP_API_URL: `${provider.url}/api`,
  WHATSAPP_CLIENT_ID: 'bench',
  WHATSAPP_CLIENT_SECRET: 'fake-secret',
  WHATSAPP_ACCOUNT: ACCOUNT,
  WHATSAPP_POLL_SCHEDULE: '2s',
  WHATSAPP_POLL_TIMEOUT: '3s',
};
const HALF = 'GET /metrics HTTP/1.1\r\nX: ';
const HALF_HELLO = '\x16\x03\x01\x02\x00\x01';

const sayWhen = () => console.log(new Date().toISOString(), 'load', loadavg()[0]?.toFixed(1));
sayWhen();
console.log(row('what', 'how many', 'result'));
console.log(await scrapesDuringFaults(provider, env));
console.log((await withoutPassword(env)).join('\n'));
console.log(await certificates(env));
console.log(await swaps(env));
console.log(await crowd(env, 'clients with slow headers', HALF, false));
console.log(await crowd(env, 'clients with slow handshakes', HALF_HELLO, true));
console.log(await crowd(env, 'clients that reconnect every second', HALF, false, true));
sayWhen();
stop(provider);
