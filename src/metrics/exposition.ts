import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { FAMILIES } from './families.ts';
import type { AccountView, Build, Family, Labels, Sample } from './family.ts';

/** Text format 0.0.4, to the letter: Prometheus 3 fails a scrape that says it otherwise. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Everything that is served, as text. */
export interface Exposition {
  /** The metrics of these accounts, with those of the process where they were asked for. */
  render(accounts: readonly AccountView[]): Promise<string>;
}

/**
 * `withRuntime` adds prom-client's metrics of the process and of Node.js. Without them the text is
 * fit for node_exporter's textfile collector, which has process metrics of its own.
 */
export function createExposition(
  build: Build,
  { withRuntime }: { withRuntime: boolean },
): Exposition {
  const runtime = new Registry();
  if (withRuntime) registerRuntimeMetrics(runtime);
  let cached: { readonly accounts: readonly AccountView[]; readonly text: Promise<string> };
  return {
    async render(accounts) {
      if (cached === undefined || !areSame(cached.accounts, accounts)) {
        cached = { accounts, text: renderFamilies(accounts, build) };
      }
      const parts = await Promise.all([cached.text, runtime.metrics()]);
      // An empty registry is a blank line, which the text format does not end with.
      return parts.filter((part) => part !== '\n').join('\n');
    },
  };
}

/** Data changes with a poll, and scrapes are more frequent than polls. */
function areSame(a: readonly AccountView[], b: readonly AccountView[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ state, snapshot, pollIntervalS }, i) => {
      const other = b[i];
      return (
        state === other?.state &&
        snapshot === other.snapshot &&
        pollIntervalS === other.pollIntervalS
      );
    })
  );
}

/** A new registry each time: a series that was not set now cannot be left from before. */
function renderFamilies(accounts: readonly AccountView[], build: Build): Promise<string> {
  const registry = new Registry();
  for (const family of FAMILIES) {
    const { name, help, type, labels } = family;
    const options = { name, help, labelNames: labels, registers: [registry] };
    const gauge = type === 'gauge' ? new Gauge(options) : undefined;
    const counter = type === 'counter' ? new Counter(options) : undefined;
    for (const [sampleLabels, value] of samplesOf(family, accounts, build)) {
      if (value === undefined) continue;
      gauge?.set(sampleLabels, value);
      counter?.inc(sampleLabels, value);
    }
  }
  return registry.metrics();
}

function* samplesOf(
  family: Family,
  accounts: readonly AccountView[],
  build: Build,
): Generator<Sample> {
  if (family.scope === 'exporter') {
    yield* family.samples(build);
    return;
  }
  for (const view of accounts) {
    const account = view.state.name;
    if (family.scope === 'account') yield* withLabels(family.samples(view), { account });
    else {
      for (const number of view.snapshot?.numbers ?? []) {
        const identity = { account, number: number.whatsapp };
        yield* withLabels(family.samples(number, view.state), identity);
      }
    }
  }
}

function* withLabels(samples: readonly Sample[], identity: Labels): Generator<Sample> {
  for (const [labels, value] of samples) yield [{ ...identity, ...labels }, value];
}

/** Gauges that end in `_total`, which `promtool check metrics` rightly refuses. */
export const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

function registerRuntimeMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}
