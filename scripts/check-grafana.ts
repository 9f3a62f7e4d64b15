/**
 * Requests every dashboard from a Grafana, and the query of every panel as the dashboard's page does.
 * Run: npx tsx scripts/check-grafana.ts http://localhost:3000
 */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { parse } from 'yaml';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly refId: string; readonly expr?: string }[];
  /** Of a collapsed row. */
  readonly panels?: readonly Panel[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

interface Results {
  readonly results?: Readonly<Record<string, { readonly error?: string }>>;
  readonly message?: string;
}

const ROOT = new URL('../grafana/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

const [grafana = 'http://localhost:3000'] = process.argv.slice(2);
const provisioned = parse(read('provisioning/datasources/whatsapp.yml')) as {
  datasources: { uid: string }[];
};
const datasource = { type: 'prometheus', uid: provisioned.datasources[0]?.uid };
const files = readdirSync(new URL('dashboards/', ROOT)).filter((file) => file.endsWith('.json'));

let queries = 0;
const problems: string[] = [];
for (const file of files) await check(JSON.parse(read(`dashboards/${file}`)) as Dashboard);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `${files.length} dashboards, ${queries} queries, ${problems.length} problems\n`,
);
process.exitCode = queries > 0 && problems.length === 0 ? 0 : 1;

async function check(dashboard: Dashboard): Promise<void> {
  const response = await fetch(new URL(`/api/dashboards/uid/${dashboard.uid}`, grafana));
  if (!response.ok) problems.push(`${dashboard.uid}: HTTP ${response.status}`);
  for (const panel of dashboard.panels.flatMap((each) => [each, ...(each.panels ?? [])])) {
    for (const { refId, expr } of panel.targets ?? []) {
      if (expr === undefined) continue;
      queries += 1;
      const error = await query(refId, withVariables(expr, dashboard));
      if (error !== undefined)
        problems.push(`${dashboard.uid}, ${panel.title}, ${refId}: ${error}`);
    }
  }
}

/** The page fills in the dashboard's variables, here "All"; Grafana itself those that start with `__`. */
function withVariables(expr: string, { templating }: Dashboard): string {
  return expr.replaceAll(/\$\{?(\w+)(?::\w+)?\}?/g, (text, name: string) =>
    templating.list.some((variable) => variable.name === name) ? '.+' : text,
  );
}

/** The error, if there is one. */
async function query(refId: string, expr: string): Promise<string | undefined> {
  const target = { refId, datasource, expr, range: true, intervalMs: 60_000, maxDataPoints: 100 };
  const response = await fetch(new URL('/api/ds/query', grafana), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'now-1h', to: 'now', queries: [target] }),
  });
  const { results, message } = (await response.json()) as Results;
  const error = results?.[refId]?.error ?? message;
  return response.ok ? error : (error ?? `HTTP ${response.status}`);
}
