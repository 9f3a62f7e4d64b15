import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Environment in which the program asks these nameservers, in this order, instead of the machine's own.
 * `folder` takes the module that is loaded first.
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
