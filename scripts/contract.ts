import { parseCommandLine } from '../src/config/cli.ts';
import { ACCOUNT_SETTINGS, CONFIG_FILE, SETTINGS } from '../src/config/schema.ts';
import type { Setting } from '../src/config/setting.ts';
import { ANOMALY_KINDS } from '../src/core/anomalies.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { REASON_NAMES, REASONS } from '../src/core/reasons.ts';
import { BUDGET_CATEGORIES } from '../src/core/budget.ts';
import { FAMILIES } from '../src/metrics/families.ts';
import { createApp, type Site } from '../src/web/app.ts';
import { createOnlinePlaces } from '../src/core/online-places.ts';
import { parseQuery } from '../src/web/page/query.ts';
import { renderJson } from '../src/web/page/json.ts';

export type Json = string | readonly string[] | { readonly [key: string]: Json };

/**
 * The public contract, from the tables in src. Lists may grow, objects may gain keys, and texts must not
 * change.
 */
export function contractOf(): Record<string, Json> {
  return {
    metrics: toObject(FAMILIES, ({ name, type, labels }) => [
      name,
      { type, labels: labels.toSorted().join(', ') },
    ]),
    labelValues: { category: BUDGET_CATEGORIES, kind: ANOMALY_KINDS, reason: REASON_NAMES },
    settings: toObject([CONFIG_FILE, ...SETTINGS], toEntry),
    accountSettings: toObject(ACCOUNT_SETTINGS, toEntry),
    flags: flagsOf(),
    endpoints: endpointsOf(),
    '/api/status': statusOf(),
  };
}

/** The violations of a recorded contract, one line each. */
export function breaksOf(recorded: Json, current: Json | undefined, path = ''): string[] {
  if (current === undefined) return [`${path} was removed`];
  if (typeof recorded === 'string') {
    return recorded === current
      ? []
      : [`${path} changed from ${recorded} to ${JSON.stringify(current)}`];
  }
  if (isList(recorded)) {
    const values: readonly string[] = isList(current) ? current : [];
    return recorded.flatMap((each) =>
      values.includes(each) ? [] : `${path}: ${each} was removed`,
    );
  }
  const inner = typeof current === 'string' || isList(current) ? {} : current;
  return Object.entries(recorded).flatMap(([key, value]) =>
    breaksOf(value, inner[key], path === '' ? key : `${path} ${key}`),
  );
}

const isList = (json: Json): json is readonly string[] => Array.isArray(json);

function toObject<T>(rows: readonly T[], toRow: (row: T) => [string, Json]): Record<string, Json> {
  return Object.fromEntries(rows.map(toRow));
}

function toEntry({ key, flag, env, default: text }: Setting): [string, Json] {
  return [
    key.replace(/^accounts\./, ''),
    { ...(flag && { flag }), env, ...(text !== undefined && { default: text }) },
  ];
}

/** Includes flags such as --once, which are not settings. */
function flagsOf(): readonly string[] {
  const help = parseCommandLine(['--help'], '');
  const text = 'stdout' in help ? help.stdout : '';
  return [...text.matchAll(/^ +(?:-\w, )?(--[\w.-]+)/gm)].map(([, flag = '']) => flag);
}

/** Paths and methods registered in Express. */
function endpointsOf(): Json {
  const pass = (_request: unknown, _response: unknown, next: () => void) => next();
  const site = { telemetryPath: '/metrics' } as Site;
  const log = { debug: pass, info: pass, warn: pass, error: pass } as never;
  const { stack } = createApp(site, log, { headers: pass, admit: [pass] }).router;
  const methods: Record<string, string[]> = {};
  for (const { route } of stack) {
    const [first, ...others] = route?.stack ?? [];
    // A route for every method only rejects the methods that are not supported.
    if (route === undefined || first === undefined || others.length > 0) continue;
    (methods[route.path] ??= []).push(first.method.toUpperCase());
  }
  return methods;
}

/** The type of each field of /api/status, from a status with all fields. */
function statusOf(): Json {
  const counts = { marketingThisMonth: 1, serviceThisMonth: 1, incomingThisMonth: 1 };
  const number = { whatsapp: '1', isOnline: 1, conversationsThisMonth: 3, ...counts };
  const { snapshot } = parseNumbers({ list: [number] });
  const failure = { reason: REASON_NAMES[0] ?? '', detail: '', ...REASONS.network };
  const account = {
    name: 'a',
    lastPollMs: 0,
    lastSuccessMs: 0,
    nextPollMs: 0,
    cooldownUntilMs: 0,
    failure,
    sinceOf: () => ({ unixMs: 0, isExact: true }),
    placeOf: createOnlinePlaces(),
  };
  const status = {
    version: '0',
    nowMs: 0,
    reload: { succeeded: true, inForceSinceMs: 0 },
    sharding: { shard: 0, totalShards: 1 },
    accounts: [{ ...account, numbers: snapshot.numbers }],
  };
  const fields: Record<string, string> = {};
  const add = (path: string, value: unknown): void => {
    if (Array.isArray(value)) add(`${path}[]`, value[0]);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(`${path}.${key}`, inner);
    } else fields[path.slice(1)] = typeof value;
  };
  add('', JSON.parse(Buffer.concat([...renderJson(status, parseQuery('/'))]).toString()));
  return fields;
}
