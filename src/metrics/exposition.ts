import type { AccountState } from '../core/account-state.ts';
import type { ReloadState } from '../core/reload-state.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { FAMILIES } from './families.ts';
import type { AccountView, Build, Family, NumberFamily, Sample, Self } from './family.ts';
import { compressNow, joinParts, toGzip, toText, type Body, type GzipStart } from './gzip.ts';
import { createRuntimeMetrics } from './runtime.ts';
import { NUMBER_FAMILIES, renderNumbers, type RenderedNumbers } from './render.ts';
import { renderFamily, renderHead } from './text.ts';

/** Text format 0.0.4, to the letter: Prometheus 3 fails a scrape that says it otherwise. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Encoding = 'gzip' | 'identity';

/** Everything that is served. */
export interface Exposition {
  /**
   * Renders the numbers of a state that is about to follow another, so that no scrape has to wait
   * for it; what has not changed is taken over.
   */
  prepare(next: AccountState, before: AccountState): Promise<void>;
  /**
   * The metrics of these accounts. Those of the process, where they were asked for, come with all
   * accounts, but not with a part: there may be as many parts as accounts, and only one process.
   */
  encode(
    accounts: readonly AccountView[],
    encoding: Encoding,
    options?: { readonly isPart: boolean },
  ): Promise<Body>;
  /** The same by definition, as one text, and at many times the cost. */
  render(accounts: readonly AccountView[]): Promise<string>;
}

export interface ExpositionOptions {
  /** Adds the metrics of the process and of Node.js. */
  readonly withRuntime: boolean;
  /** Where the configuration may be read again: what came of it, another object each time. */
  readonly reload?: () => ReloadState;
  readonly logLinesDropped?: () => number;
}

export function createExposition(
  build: Build,
  { withRuntime, reload, logLinesDropped }: ExpositionOptions,
): Exposition {
  const runtime = withRuntime ? createRuntimeMetrics() : undefined;
  const heads = NUMBER_FAMILIES.map((family, i) =>
    compressNow((i === 0 ? '' : '\n\n') + renderHead(family).trimEnd()),
  );
  /** What is kept for a snapshot goes away with it. */
  const rendered = new WeakMap<Snapshot, Promise<RenderedNumbers>>();
  /** Of an account that is asked for alone, by its state, with which it goes away; of lists the last. */
  const caches = new WeakMap<object, Cached>();

  /** What was made for these accounts; nothing yet, if anything about them has changed. */
  function cacheFor(accounts: readonly AccountView[]): Cached {
    const self = { build, reload: reload?.(), logLinesDropped: logLinesDropped?.() };
    const [first] = accounts;
    const key = first !== undefined && accounts.length === 1 ? first.state : LISTS;
    const known = caches.get(key);
    if (
      known !== undefined &&
      known.self.reload === self.reload &&
      known.self.logLinesDropped === self.logLinesDropped &&
      areSame(known.accounts, accounts)
    ) {
      return known;
    }
    const cache: Cached = { accounts, self };
    caches.set(key, cache);
    return cache;
  }

  async function numbersOf(state: AccountState, snapshot: Snapshot, before?: RenderedNumbers) {
    const { name, conversations } = state;
    const known = await rendered.get(snapshot);
    if (known?.account === name && known.conversations === conversations) return known;
    const rendering = renderNumbers(name, snapshot, conversations, before);
    rendered.set(snapshot, rendering);
    rendering.catch(() => rendered.delete(snapshot));
    return rendering;
  }

  async function compressPolled({ accounts, self }: Cached): Promise<GzipStart> {
    const numbers: RenderedNumbers[] = [];
    for (const { state, snapshot } of accounts) {
      if (snapshot !== undefined) numbers.push(await numbersOf(state, snapshot));
    }
    const ofNumbers = heads.flatMap((head, i) => [
      head,
      ...numbers.flatMap(({ blocks }) => blocks.flatMap((block) => block.parts[i] ?? [])),
    ]);
    return joinParts([...ofNumbers, compressNow(renderHealth(accounts, self))]);
  }

  return {
    async prepare(next, before) {
      if (next.lastGood === undefined) return;
      const known = before.lastGood && (await rendered.get(before.lastGood.snapshot));
      await numbersOf(next, next.lastGood.snapshot, known);
    },
    async encode(accounts, encoding, { isPart } = { isPart: false }) {
      const cache = cacheFor(accounts);
      const polled = await (cache.polled ??= compressPolled(cache).catch((error: unknown) => {
        delete cache.polled;
        throw error;
      }));
      const tail = Buffer.from(runtime === undefined || isPart ? '' : `\n${runtime.render()}`);
      return encoding === 'gzip' ? toGzip(polled, tail) : toText(polled, tail);
    },
    async render(accounts) {
      const cache = cacheFor(accounts);
      const { renderDefinition } = await import('./definition.ts');
      const text = await (cache.text ??= renderDefinition(accounts, cache.self));
      return runtime === undefined ? text : `${text}\n${runtime.render()}`;
    },
  };
}

/**
 * One is enough for all lists: polls are spread over the interval, so that a list has hardly ever
 * stayed the same from one scrape to the next.
 */
const LISTS = {};

/** All but the metrics of the process: it is the same from one poll to the next. */
interface Cached {
  readonly accounts: readonly AccountView[];
  readonly self: Self;
  polled?: Promise<GzipStart>;
  text?: Promise<string>;
}

/** Data changes with a poll, the next poll with a tick, and scrapes are more frequent than both. */
function areSame(a: readonly AccountView[], b: readonly AccountView[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ state, snapshot, pollIntervalS, nextPollMs }, i) =>
        state === b[i]?.state &&
        snapshot === b[i]?.snapshot &&
        pollIntervalS === b[i]?.pollIntervalS &&
        nextPollMs === b[i]?.nextPollMs,
    )
  );
}

/** The metrics of the accounts and of the exporter itself, after the line feed of what is before. */
function renderHealth(accounts: readonly AccountView[], self: Self): string {
  const texts = FAMILIES.flatMap((family) =>
    family.scope === 'number' ? [] : renderFamily(family, samplesOf(family, accounts, self)),
  );
  return `\n\n${texts.join('\n')}`;
}

function samplesOf(
  family: Exclude<Family, NumberFamily>,
  accounts: readonly AccountView[],
  self: Self,
): readonly Sample[] {
  if (family.scope === 'exporter') return family.samples(self);
  return accounts.flatMap((view) => {
    const account = view.state.name;
    return family.samples(view).map(([labels, value]): Sample => [{ account, ...labels }, value]);
  });
}
