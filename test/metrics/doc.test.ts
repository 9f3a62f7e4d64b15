import { expect, test } from 'vitest';
import { renderMetricsDoc } from '../../scripts/metrics-doc.ts';
import { readFileSync } from 'node:fs';
import { UNUSED_BY_ALERTS } from '../../scripts/series-doc.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { CLOSED_LABELS, CONTRACT } from './contract.ts';

test('docs/metrics.md is up to date with the tables in src', async () => {
  await expect(renderMetricsDoc()).toMatchFileSnapshot('../../docs/metrics.md');
});

test('the documentation has every metric, and an anchor for every reason', () => {
  const doc = renderMetricsDoc();
  for (const [name, type] of CONTRACT)
    expect(doc).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${type} `, 'm'));
  for (const reason of CLOSED_LABELS['reason'] ?? []) expect(doc).toContain(`\n### ${reason}\n`);
  for (const kind of CLOSED_LABELS['kind'] ?? []) expect(doc).toContain(`\n| \`${kind}\` `);
});

test('no rule uses the metrics that can be excluded first', () => {
  const rules = ['recording', 'alerts'].map((name) =>
    readFileSync(`prometheus/${name}.rules.yml`, 'utf8'),
  );
  for (const name of UNUSED_BY_ALERTS) {
    expect(whyNotExcludable(name)).toBeUndefined();
    expect(rules.join('\n')).not.toMatch(new RegExp(`\\b${name}\\b`));
  }
});
