import { fileURLToPath } from 'node:url';

import { renderTests } from './render-tests.ts';
import { SILENT_BUSINESS_CASES } from './silent-business-cases.ts';
import { SILENT_SYSTEM_CASES } from './silent-system-cases.ts';
import { SPIKE_CASES } from './spike-cases.ts';
import { STEP } from './traffic.ts';

const ROOT = new URL('../../', import.meta.url);
export const RULE_FILES = ['addresses', 'recording', 'alerts'].map(
  (name) => `prometheus/${name}.rules.yml`,
);

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, ROOT));

/** Every generated file: its absolute path and its text. */
export function generated(): Map<string, string> {
  return new Map(
    Object.entries({
      'prometheus/tests/WhatsAppNumberSilent.test.yml': renderTests(
        'WhatsAppNumberSilent',
        [...SILENT_BUSINESS_CASES, ...SILENT_SYSTEM_CASES],
        0.5,
      ),
      'prometheus/tests/WhatsAppMarketingSpike.test.yml': renderTests(
        'WhatsAppMarketingSpike',
        SPIKE_CASES,
        STEP,
      ),
    }).map(([path, text]) => [pathOf(path), text]),
  );
}
