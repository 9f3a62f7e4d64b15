import { Counter, Gauge, Registry } from 'prom-client';
import { FAMILIES } from '../../src/metrics/families.ts';
import type { AccountView, Family, NumberFamily, Sample, Self } from '../../src/metrics/family.ts';

/** The whole table rendered by prom-client; the served text must be identical. */
export function renderDefinition(accounts: readonly AccountView[], self: Self): Promise<string> {
  const registry = new Registry();
  for (const family of FAMILIES) {
    const { name, help, type, labels } = family;
    const options = { name, help, labelNames: labels, registers: [registry] };
    const gauge = type === 'gauge' ? new Gauge(options) : undefined;
    const counter = type === 'counter' ? new Counter(options) : undefined;
    for (const [sampleLabels, value] of samplesOf(family, accounts, self)) {
      if (value === undefined) {
        // One without labels begins at 0.
        gauge?.remove(sampleLabels);
        counter?.remove(sampleLabels);
        continue;
      }
      gauge?.set(sampleLabels, value);
      counter?.inc(sampleLabels, value);
    }
  }
  return registry.metrics();
}

function* samplesOf(
  family: Family,
  accounts: readonly AccountView[],
  self: Self,
): Generator<Sample> {
  if (family.scope === 'exporter') yield* family.samples(self);
  else if (family.scope === 'number') {
    for (const view of accounts) yield* samplesOfNumbers(family, view);
  } else if (family.scope === 'collector') {
    for (const { state, collectors = {} } of accounts) {
      yield* family.samples({ account: state.name, collectors });
    }
  } else {
    for (const view of accounts) yield* family.samples(view);
  }
}

function* samplesOfNumbers(
  { texts, series }: NumberFamily,
  { state, snapshot }: AccountView,
): Generator<Sample> {
  const countersOf = new Map(state.conversations.map((one) => [one.whatsapp, one]));
  for (const number of snapshot?.numbers ?? []) {
    const counters = countersOf.get(number.whatsapp);
    const labels: Record<string, string> = { account: state.name, number: number.whatsapp };
    for (const [label, text] of Object.entries(texts)) labels[label] = text(number);
    for (const one of series) yield [{ ...labels, ...one.labels }, one.value(number, counters)];
  }
}
