import type { z } from 'zod';

import type { ProxySettings } from '../edge.ts';
import type { createSchema } from './schema.ts';

type Checked = z.output<ReturnType<typeof createSchema>>;

/** The whole configuration, checked and frozen. */
export interface Config extends Checked {
  readonly proxy: ProxySettings;
}

export type AccountConfig = Config['accounts'][number];
export type PrivacyConfig = Config['privacy'];
/** The intervals of the enabled collectors, in milliseconds. */
export type CollectorConfig = AccountConfig['collectors'];
