/**
 * Takes the screenshots of the Grafana dashboards in docs/pictures, with the data of the dashboard
 * tests. Run `npx tsx scripts/dashboard-pictures.ts` after changing a dashboard; see
 * grafana/preview/README.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Route } from 'playwright-core';
import type { Picture, PlacedPanel } from '../grafana/preview/picture.ts';
import { monthOf, PROVIDER_MONTH } from '../src/core/month.ts';
import { FILES, readDashboard, type Dashboard, type Panel } from '../test/grafana/dashboards.ts';
import { toRequest } from '../test/grafana/data/grafana.ts';
import { END_S, INDEX, TIMEZONE, VARIABLES } from '../test/grafana/data/history.ts';
import { createWorld, DAY_S, HOUR_S, ISRAEL_S, type World } from '../test/grafana/data/world.ts';
import { startBrowser } from '../test/support/browser.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PREVIEW = join(ROOT, 'grafana/preview');
const MODULES = join(PREVIEW, 'node_modules');
/** Does not exist: all requests of the page are answered from the folders above. */
const ORIGIN = 'http://preview.invalid';

const WIDTH = 1500;
/** Replaces the default range of a dashboard, in which nothing would happen. */
const RANGES: Readonly<Record<string, string>> = { 'whatsapp-exporter': 'now-3d' };
/** Panel types that can be drawn. Others are shown as an empty frame of the height below. */
const DRAWN = ['stat', 'bargauge', 'timeseries', 'table'];
const UNDRAWN_ROWS = 3;
/** Around the panels. */
const PADDING = 16;
/** Grafana's grid: 24 columns, rows of 30 pixels, 8 pixels between panels. */
const ROW = 30;
const GAP = 8;
const COLUMN = (WIDTH - 2 * PADDING - 23 * GAP) / 24;

const bundle = mkdtempSync(join(tmpdir(), 'dashboard-pictures-'));
prepare();
const world = await createWorld({ days: 65, numbers: 12 });
const browser = await startBrowser();
try {
  for (const file of FILES) {
    const picture = await toPicture(world, readDashboard(file));
    const context = await browser.newContext({
      timezoneId: TIMEZONE,
      viewport: { width: picture.width, height: picture.height },
    });
    await take(context, picture, file.replace('.json', ''));
    await context.close();
  }
} finally {
  await browser.close();
  await world.stop();
  rmSync(bundle, { recursive: true });
}

function prepare(): void {
  if (!existsSync(MODULES)) execFileSync('npm', ['ci'], { cwd: PREVIEW, stdio: 'inherit' });
  const flags = [
    '--bundle',
    '--minify',
    '--log-level=warning',
    '--define:global=window',
    '--define:process.env.NODE_ENV="production"',
    '--loader:.svg=text',
    '--loader:.ttf=empty',
    `--outdir=${bundle}`,
  ];
  const esbuild = join(MODULES, '.bin/esbuild');
  execFileSync(esbuild, ['page.tsx', ...flags], { cwd: PREVIEW, stdio: 'inherit' });
}

async function toPicture({ truth, prometheus }: World, dashboard: Dashboard): Promise<Picture> {
  const rangeS = toRangeS(RANGES[dashboard.uid] ?? dashboard.time.from);
  const number = truth.sims[INDEX.wentOffline]?.number ?? '';
  const variables = dashboard.uid === 'whatsapp-number' ? { ...VARIABLES, number } : VARIABLES;
  const view = { endS: END_S, rangeS, variables, utcOffsetS: ISRAEL_S };
  const panels = await Promise.all(
    lowered(dashboard.panels).map(async (panel): Promise<PlacedPanel> => {
      const box = toBox(panel);
      const answers = panel.targets.map(async (target) => {
        const request = toRequest(panel, target, view);
        return { target, stepS: request.stepS, samples: await prometheus.query(request) };
      });
      return { panel, box, answers: await Promise.all(answers) };
    }),
  );
  const bottom = Math.max(...panels.map(({ box }) => box.top + box.height));
  return {
    width: WIDTH,
    height: bottom + PADDING,
    from: (END_S - rangeS) * 1000,
    to: END_S * 1000,
    panels,
  };
}

function toRangeS(from: string): number {
  if (from === 'now/M') return END_S - monthOf(END_S * 1000, PROVIDER_MONTH).startMs / 1000;
  const [, count, unit] = /^now-(\d+)([hd])$/.exec(from) ?? [];
  return Number(count) * (unit === 'd' ? DAY_S : HOUR_S);
}

/** Shrinks panels that cannot be drawn, which span the whole width, and moves up the panels below. */
function lowered(panels: readonly Panel[]): Panel[] {
  let up = 0;
  return panels.map((panel) => {
    const gridPos = { ...panel.gridPos, y: panel.gridPos.y - up };
    if (DRAWN.includes(panel.type)) return { ...panel, gridPos };
    up += gridPos.h - UNDRAWN_ROWS;
    return { ...panel, gridPos: { ...gridPos, h: UNDRAWN_ROWS } };
  });
}

function toBox({ gridPos: { x, y, w, h } }: Panel): PlacedPanel['box'] {
  return {
    left: Math.round(PADDING + x * (COLUMN + GAP)),
    top: PADDING + y * (ROW + GAP),
    width: Math.round(w * (COLUMN + GAP) - GAP),
    height: h * (ROW + GAP) - GAP,
  };
}

async function take(context: BrowserContext, picture: Picture, name: string): Promise<void> {
  // Texts such as “3 hours ago” depend on the browser's clock.
  await context.clock.setFixedTime(END_S * 1000);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error));
  page.on('console', (message) => console.warn(message.type(), message.text()));
  await page.route(`${ORIGIN}/**`, answer);
  await page.goto(`${ORIGIN}/`);
  await page.evaluate((data) => (globalThis as unknown as Page).draw(data), picture);
  await page.waitForLoadState('networkidle');
  // Icons appear after loading, and table rows after their height is measured.
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(ROOT, `docs/pictures/dashboard-${name}.png`) });
}

interface Page {
  draw(picture: Picture): Promise<void>;
}

/** Serves the page, Grafana's icons, and Grafana's font. */
async function answer(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/') {
    const html =
      '<!doctype html><link rel="stylesheet" href="/page.css"><body style="margin:0">' +
      '<div id="root"></div><script src="/page.js"></script>';
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
  }
  const path = pathname.startsWith('/public/build/')
    ? join(MODULES, '@grafana/ui/dist/public', pathname.slice('/public/build/'.length))
    : pathname.startsWith('/public/fonts/inter/')
      ? join(MODULES, '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')
      : join(bundle, pathname);
  if (!existsSync(path)) return route.fulfill({ status: 404 });
  return route.fulfill({ path });
}
