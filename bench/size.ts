import { gunzipSync } from 'node:zlib';
import type { PollCost } from './poll.ts';
import {
  cpuMs,
  memoryMib,
  put,
  runHelper,
  scrape,
  startExporter,
  startHelper,
  stop,
  type Server,
} from './process.ts';
import { median, percentile } from './statistics.ts';

const POLLS = 20;
/** The rounds take turns, so that whatever else the machine does meets all alike. */
const ROUNDS = 5;
const SCRAPES = 40;
/** The naive exporter needs seconds for one: in each round so many milliseconds are enough. */
const NAIVE_MS_MAX = 1_500;

type Encoding = 'gzip' | 'identity';

/** What a scrape costs; medians over the rounds, in milliseconds. */
export interface ScrapeCost {
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly bytes: number;
}

/** Everything that is measured at one number of numbers. */
export interface SizeResult {
  readonly numbers: number;
  /** By encoding, by server: `bare`, `express`, `ours`, `naive`, and `peer` where there is one. */
  readonly scrapes: Readonly<Record<Encoding, Readonly<Record<string, ScrapeCost>>>>;
  readonly memory: Readonly<Record<string, { now: number; peak: number }>>;
  readonly poll: PollCost;
  /** The slowest answer of /-/healthy while the program polled. */
  readonly healthyMsMax: number;
}

export async function measureSize(numbers: number, peerUrl?: string): Promise<SizeResult> {
  const provider = await startHelper('provider', String(numbers));
  const poll = await runHelper<PollCost>('poll', String(numbers), provider.url);
  await put(`${provider.url}/change`, 'every number');
  const ours = await startExporter(provider.url);
  const healthyMsMax = await watchHealth(ours);
  const naive = await startHelper('naive', provider.url);
  const bare = await startHelper('bare');
  const express = await startHelper('bare', 'express');
  // From here on the data stays as it is: nobody polls while scrapes are measured.
  stop(provider);
  for (const encoding of ['gzip', 'identity'] as const) {
    const { body } = await scrape(`${ours.url}/metrics`, encoding);
    for (const { url } of [bare, express]) await put(`${url}/${encoding}`, body);
  }
  const peer = peerUrl === undefined ? {} : { peer: { url: peerUrl } };
  const servers = { bare, express, ours, naive, ...peer };
  const gzip = await measureScrapes(servers, 'gzip');
  const memory = { ours: memoryMib(ours), naive: memoryMib(naive) };
  const identity = await measureScrapes(servers, 'identity');
  for (const server of [ours, naive, bare, express]) stop(server);
  return { numbers, scrapes: { gzip, identity }, memory, poll, healthyMsMax };
}

/** Until the program has polled often enough. */
async function watchHealth(server: Server): Promise<number> {
  let longest = 0;
  for (let batch = 0; ; batch += 1) {
    for (let i = 0; i < 100; i += 1) {
      const { ms } = await scrape(`${server.url}/-/healthy`, 'identity');
      // Of the first batch some wait for what is loaded at the start.
      if (batch > 0) longest = Math.max(longest, ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { body } = await scrape(`${server.url}/metrics`, 'gzip');
    const polls = /^whatsapp_polls_total\{.*\} (\d+)$/m.exec(
      gunzipSync(body).toString('latin1'),
    )?.[1];
    if (Number(polls) >= POLLS) return longest;
  }
}

type Target = Pick<Server, 'url'> & Partial<Server>;

async function measureScrapes(
  servers: Readonly<Record<string, Target>>,
  encoding: Encoding,
): Promise<Record<string, ScrapeCost>> {
  const rounds: Record<string, ScrapeCost[]> = {};
  for (const server of Object.values(servers)) await measureRound(server, encoding);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      (rounds[name] ??= []).push(await measureRound(server, encoding));
    }
  }
  return Object.fromEntries(
    Object.entries(rounds).map(([name, costs]) => {
      const of = (key: keyof ScrapeCost) => median(costs.map((cost) => cost[key]));
      return [name, { p50: of('p50'), p99: of('p99'), cpu: of('cpu'), bytes: of('bytes') }];
    }),
  );
}

async function measureRound(server: Target, encoding: Encoding): Promise<ScrapeCost> {
  const url = server.process === undefined ? server.url : `${server.url}/metrics`;
  const times: number[] = [];
  let bytes = 0;
  const before = cpuMs(server.process);
  const startMs = performance.now();
  while (times.length < SCRAPES && performance.now() - startMs < NAIVE_MS_MAX) {
    const { ms, status, body } = await scrape(url, encoding);
    if (status !== 200) throw new Error(`${url} answered ${status}`);
    times.push(ms);
    bytes = body.length;
  }
  const cpu = (cpuMs(server.process) - before) / times.length;
  return { p50: median(times), p99: percentile(times, 99), cpu, bytes };
}
