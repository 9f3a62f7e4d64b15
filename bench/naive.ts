import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import express from 'express';
import { collectDefaultMetrics, Gauge, register } from 'prom-client';

/**
 * A typical exporter: each poll sets gauges, and each scrape renders and compresses the whole registry.
 * `node naive.js PROVIDER_URL`; without tokens.
 */
const POLL_MS = 10_000;
const FIELDS = {
  whatsapp_number_online: 'isOnline',
  whatsapp_number_online_inbox: 'onlineInbox',
  whatsapp_number_online_account: 'onlineAccount',
  whatsapp_number_coexistence: 'coexistence',
  whatsapp_number_created_timestamp_seconds: 'create_time',
  whatsapp_number_conversations_this_month: 'conversationsThisMonth',
  whatsapp_number_marketing_conversations_this_month: 'marketingThisMonth',
  whatsapp_number_service_conversations_this_month: 'serviceThisMonth',
  whatsapp_number_incoming_conversations_this_month: 'incomingThisMonth',
} as const;
const CATEGORIES = ['marketing', 'service', 'incoming'] as const;

type Entry = Record<(typeof FIELDS)[keyof typeof FIELDS], number> &
  Record<'whatsapp' | 'display_name' | 'business_name', string>;

collectDefaultMetrics();
const labelNames = ['account', 'number'];
const gauges = Object.entries(FIELDS).map(
  ([name, field]) =>
    [new Gauge({ name, help: `Provider field: ${field}.`, labelNames }), field] as const,
);
const info = new Gauge({
  name: 'whatsapp_number_info',
  help: 'Names.',
  labelNames: [...labelNames, 'display_name', 'business_name'],
});
const totals = new Gauge({
  name: 'whatsapp_number_conversations_total',
  help: 'Conversations.',
  labelNames: [...labelNames, 'category'],
});

async function poll(): Promise<void> {
  const response = await fetch(`${process.argv[2]}/whatsapp/getWhatsApp`);
  const { list } = (await response.json()) as { list: Entry[] };
  for (const gauge of [...gauges.map(([one]) => one), info, totals]) gauge.reset();
  for (const entry of list) {
    const labels = { account: 'bench', number: entry.whatsapp };
    for (const [gauge, field] of gauges) gauge.set(labels, entry[field]);
    const { display_name, business_name } = entry;
    info.set({ ...labels, display_name, business_name }, 1);
    for (const category of CATEGORIES) {
      totals.set({ ...labels, category }, entry[`${category}ThisMonth`]);
    }
  }
}

const app = express();
app.get('/metrics', (request, response, next) => {
  render(request.headers['accept-encoding'] === 'gzip').then((body) => response.end(body), next);
  response.set('Content-Type', register.contentType);
});

async function render(isGzip: boolean): Promise<Buffer> {
  const text = await register.metrics();
  return isGzip ? promisify(gzip)(text) : Buffer.from(text);
}

async function pollForEver(): Promise<void> {
  await poll().catch(() => {});
  setTimeout(() => void pollForEver(), POLL_MS);
}

await pollForEver();
const server = app.listen(0, '127.0.0.1', () => process.send?.(server.address()));
