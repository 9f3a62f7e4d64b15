import { nearest } from '../core/nearest.ts';
import { FAMILIES } from './families.ts';

/** Everything else tells whether the exporter works, and alerts rest on it. */
const DATA = /^whatsapp_(?:number|account|online_account|inbox|registered_number|onboarding)_/;

const NAMES = FAMILIES.map(({ name }) => name);
const HEALTH_NAMES = NAMES.filter((name) => !DATA.test(name));

/** Why a metric cannot be excluded: a phrase that follows its name; undefined if it can. */
export function whyNotExcludable(name: string): string | undefined {
  if (HEALTH_NAMES.includes(name)) {
    return `is a health metric; these cannot be excluded: ${HEALTH_NAMES.join(', ')}`;
  }
  if (NAMES.includes(name)) return undefined;
  const near = nearest(name, NAMES);
  return `is no metric of the exporter${near === undefined ? '' : `; did you mean ${near}?`}`;
}
