import type { AccountState } from '../core/account-state.ts';
import type { Clock } from '../core/clock.ts';
import type { Body, ReloadState } from '../edge.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { FAMILIES } from './families.ts';
import type { AccountView, Build, CollectedView, Family, Self } from './family.ts';
import { compress, inflatePart, joinParts, toMember } from './gzip.ts';
import { renderNumbers, type Block } from './numbers.ts';
import { createProcessMetrics, renderFamilies } from './registry.ts';
import { remember } from './remember.ts';

/** Text format 0.0.4. Prometheus 3 fails a scrape with any other wording. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Encoding = 'gzip' | 'identity';

/** Everything that is served. */
export interface Exposition {
  /** Starts to render an account, so that the next scrape finds it done. */
  warm(account: AccountView): void;
  /**
   * The metrics of these accounts. A part of the accounts comes without the metrics of the process:
   * there may be as many parts as accounts, and only one process.
   */
  encode(
    accounts: readonly AccountView[],
    encoding: Encoding,
    options?: { readonly isPart: boolean },
  ): Promise<Body>;
}

export interface ExpositionOptions {
  /** Adds the metrics of the process and of Node.js, which scrapes within a moment share. */
  readonly runtime?: Clock;
  /** The result of the last configuration reload; a new object each time. */
  readonly reload?: () => ReloadState;
  readonly logLinesDropped?: () => number;
  /** Names of metrics that are not served; see exclude.ts. */
  readonly excluded?: readonly string[];
}

interface RenderedAccount {
  /** For each metric of accounts and of collectors its series. */
  readonly series: readonly string[];
  /** Empty without fresh data. */
  readonly blocks: readonly Block[];
}

interface NumbersInput extends Pick<AccountState, 'conversations'> {
  readonly account: string;
  readonly snapshot: Snapshot;
}

const EXPORTER_FAMILIES = FAMILIES.filter((family) => family.scope === 'exporter');
const NO_COLLECTORS = {};
/** One body is enough for all lists: polls are spread over the interval, so a list changes often. */
const LISTS = {};

export function createExposition(
  build: Build,
  { runtime, reload, logLinesDropped, excluded = [] }: ExpositionOptions,
): Exposition {
  const processMetrics = runtime && createProcessMetrics(runtime);
  const served = FAMILIES.filter(({ name }) => !excluded.includes(name));
  const numberFamilies = served.filter((family) => family.scope === 'number');
  const accountFamilies = served.filter((family) => family.scope === 'account');
  const collectorFamilies = served.filter((family) => family.scope === 'collector');
  const heads = renderHeads(numberFamilies, [...accountFamilies, ...collectorFamilies]);

  /** The last rendering of each account. */
  const latest = new Map<string, readonly Block[]>();
  const blocksOf = remember(async ({ account, snapshot, conversations }: NumbersInput) => {
    const before = latest.get(account);
    const blocks = await renderNumbers(account, snapshot, conversations, before, numberFamilies);
    latest.set(account, blocks);
    return blocks;
  });
  const collectorsOf = remember((view: CollectedView) =>
    renderFamilies(collectorFamilies, (family) => family.samples(view)),
  );
  const accountOf = remember(async (view: AccountView): Promise<RenderedAccount> => {
    const { state, snapshot, collectors = NO_COLLECTORS } = view;
    const { name: account, conversations } = state;
    const ofAccount = await renderFamilies(accountFamilies, (family) => family.samples(view));
    const ofCollectors = await collectorsOf(collectors, { account, collectors });
    return {
      series: [...ofAccount, ...ofCollectors].map(({ series }) => series),
      blocks: snapshot ? await blocksOf(snapshot, { account, snapshot, conversations }) : [],
    };
  });

  /** The same until a number changes: most polls bring nothing new. */
  const numbersOf = remember(async (accounts: readonly (readonly Block[])[]) => {
    const { numberHeads } = await heads;
    const parts = numberHeads.flatMap((head, i) => [
      head,
      ...accounts.flatMap((blocks) => blocks.flatMap((block) => block.parts[i] ?? [])),
    ]);
    return joinParts(parts);
  });
  /** The same from one poll to the next. */
  const bodyOf = remember(async (accounts: readonly RenderedAccount[]) => {
    const { accountHeads } = await heads;
    const blocks = accounts.map((account) => account.blocks);
    const texts = accountHeads.map(
      (head, i) => head + accounts.map(({ series }) => series[i]).join(''),
    );
    return [
      await numbersOf(keyOf(blocks), blocks),
      await compress(Buffer.from(`\n\n${texts.join('\n\n')}`)),
    ];
  });
  const textOf = remember(inflatePart);
  const exporterOf = remember(async (self: Self) => {
    const families = await renderFamilies(EXPORTER_FAMILIES, (family) => family.samples(self));
    return families.map(({ head, series }) => head + series).join('\n\n');
  });

  return {
    warm: (account) => void accountOf(account.state, account),
    async encode(views, encoding, { isPart } = { isPart: false }) {
      if (!isPart) forgetOthers(views);
      const accounts = await Promise.all(views.map((view) => accountOf(view.state, view)));
      const parts = await bodyOf(keyOf(accounts), accounts);
      const texts =
        encoding === 'gzip'
          ? undefined
          : await Promise.all(parts.map((part) => textOf(part, part)));
      // Last, so that it is as of now.
      const tail = Buffer.from(await renderTail(!isPart));
      return toBody(texts === undefined ? toMember(parts, tail) : [...texts, tail]);
    },
  };

  /** Accounts that a reload removed. */
  function forgetOthers(views: readonly AccountView[]): void {
    const names = new Set(views.map(({ state }) => state.name));
    for (const name of latest.keys()) if (!names.has(name)) latest.delete(name);
  }

  /** The metrics of the exporter and of its process, which may change with each scrape. */
  async function renderTail(isWhole: boolean): Promise<string> {
    const self = { build, reload: reload?.(), logLinesDropped: logLinesDropped?.() };
    const ofExporter = await exporterOf(build, self);
    const ofProcess = isWhole ? await processMetrics?.() : undefined;
    return `\n\n${ofExporter}\n${ofProcess === undefined ? '' : `\n${ofProcess}`}`;
  }
}

/** What a list is kept for: its only entry, or all lists. */
function keyOf([first, ...others]: readonly object[]): object {
  return first !== undefined && others.length === 0 ? first : LISTS;
}

/** The HELP and TYPE lines of every metric of numbers, compressed, and of accounts. */
async function renderHeads(numbers: readonly Family[], accounts: readonly Family[]) {
  const ofNumbers = await renderFamilies(numbers, () => []);
  const ofAccounts = await renderFamilies(accounts, () => []);
  const texts = ofNumbers.map(({ head }, i) => Buffer.from(i === 0 ? head : `\n\n${head}`));
  return {
    numberHeads: await Promise.all(texts.map(compress)),
    accountHeads: ofAccounts.map(({ head }) => head),
  };
}

function toBody(chunks: readonly Uint8Array[]): Body {
  return { chunks, length: chunks.reduce((length, chunk) => length + chunk.length, 0) };
}
