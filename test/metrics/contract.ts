import { FAMILIES } from '../../src/metrics/families.ts';

/** Name, type and labels of every metric; docs/contract.json records those of releases. */
export const CONTRACT = FAMILIES.map(({ name, type, labels }) => [name, type, labels] as const);

/** The allowed values of a label with a fixed set. */
export const CLOSED_LABELS: Readonly<Record<string, readonly string[]>> = {
  category: ['marketing', 'service', 'incoming', 'total'],
  kind: [
    'entry_invalid',
    'entry_duplicate',
    'field_invalid',
    'field_missing',
    'field_unknown',
    'text_cut',
    'text_replacement',
    'total_mismatch',
    'number_limit',
  ],
  reason: [
    'credentials',
    'blocked',
    'token',
    'rate_limited',
    'timeout',
    'network',
    'tls',
    'redirect',
    'http_status',
    'too_large',
    'invalid_json',
    'invalid_response',
    'provider_failed',
    'internal',
  ],
};

/** The metrics of the contract that each number has. */
export const ofNumbers = CONTRACT.filter(
  ([name]) => name.startsWith('whatsapp_number_') && !name.includes('_budget_'),
);
