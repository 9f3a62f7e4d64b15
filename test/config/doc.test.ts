import { expect, test } from 'vitest';
import { renderConfigurationDoc } from '../../scripts/configuration-doc.ts';

test('docs/configuration.md is generated from the schema', async () => {
  await expect(renderConfigurationDoc()).toMatchFileSnapshot('../../docs/configuration.md');
});
