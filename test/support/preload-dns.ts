import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Environment that makes the program use these nameservers, in this order, instead of the machine's.
 * The preloaded module is written to `folder`.
 */
export function withNameServers(
  folder: string,
  addresses: readonly string[],
): { readonly NODE_OPTIONS: string } {
  const module = join(folder, 'nameservers.cjs');
  writeFileSync(
    module,
    `const { promises } = require('node:dns'), { Resolver } = promises;
promises.Resolver = class extends Resolver {
  constructor(options) {
    super(options);
    this.setServers(${JSON.stringify(addresses)});
  }
};
`,
  );
  return { NODE_OPTIONS: `--require=${module}` };
}
