const NUMBER = ['account', 'number'];
const ACCOUNT = ['account'];

/**
 * The public contract, written by hand and apart from src/metrics/families.ts: name, type, labels.
 * Dashboards and alerts of users rest on it, so a change here is a breaking change.
 */
export const CONTRACT: readonly (readonly [
  name: string,
  type: 'gauge' | 'counter',
  labels: readonly string[],
])[] = [
  ['whatsapp_number_conversations_this_month', 'gauge', NUMBER],
  ['whatsapp_number_marketing_conversations_this_month', 'gauge', NUMBER],
  ['whatsapp_number_service_conversations_this_month', 'gauge', NUMBER],
  ['whatsapp_number_incoming_conversations_this_month', 'gauge', NUMBER],
  ['whatsapp_number_online', 'gauge', NUMBER],
  ['whatsapp_number_online_inbox', 'gauge', NUMBER],
  ['whatsapp_number_online_account', 'gauge', NUMBER],
  ['whatsapp_number_coexistence', 'gauge', NUMBER],
  ['whatsapp_number_created_timestamp_seconds', 'gauge', NUMBER],
  ['whatsapp_number_info', 'gauge', [...NUMBER, 'display_name', 'business_name']],
  ['whatsapp_number_conversations_total', 'counter', [...NUMBER, 'category']],
  ['whatsapp_account_numbers', 'gauge', ACCOUNT],
  ['whatsapp_account_conversations_this_month', 'gauge', ACCOUNT],
  ['whatsapp_account_marketing_conversations_this_month', 'gauge', ACCOUNT],
  ['whatsapp_account_service_conversations_this_month', 'gauge', ACCOUNT],
  ['whatsapp_account_incoming_conversations_this_month', 'gauge', ACCOUNT],
  ['whatsapp_account_month_start_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_account_month_end_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_up', 'gauge', ACCOUNT],
  ['whatsapp_last_success_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_last_poll_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_poll_duration_seconds', 'gauge', ACCOUNT],
  ['whatsapp_poll_interval_seconds', 'gauge', ACCOUNT],
  ['whatsapp_next_poll_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_polls_total', 'counter', ACCOUNT],
  ['whatsapp_poll_failures_total', 'counter', [...ACCOUNT, 'reason']],
  ['whatsapp_poll_failure_info', 'gauge', [...ACCOUNT, 'reason', 'detail']],
  ['whatsapp_response_anomalies_total', 'counter', [...ACCOUNT, 'kind']],
  ['whatsapp_access_token_expiry_timestamp_seconds', 'gauge', ACCOUNT],
  ['whatsapp_exporter_build_info', 'gauge', ['version', 'revision', 'node_version']],
  ['whatsapp_exporter_config_last_reload_successful', 'gauge', []],
  ['whatsapp_exporter_config_last_reload_success_timestamp_seconds', 'gauge', []],
  ['whatsapp_exporter_log_lines_dropped_total', 'counter', []],
];

/** The values that a label may have, where the contract closes the set. */
export const CLOSED_LABELS: Readonly<Record<string, readonly string[]>> = {
  category: ['marketing', 'service', 'incoming'],
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
export const ofNumbers = CONTRACT.filter(([name]) => name.startsWith('whatsapp_number_'));
