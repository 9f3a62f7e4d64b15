const ONE = 'every value is 1';
const OUTAGE = 'it bridges an outage of Prometheus, and promtool evaluates without a gap';
const COARSE =
  'it bridges gaps of minutes, and the samples of the tests over weeks are 2 hours apart';
const REPLICAS = 'all replicas say the same here';
const TIMESTAMP = 'it tells 0 from a time of today';

/** The mutants that no unit test can notice, and why not. The list is exact: a test compares. */
export const EQUIVALENT: Readonly<Record<string, string>> = {
  'account_number:whatsapp_number_info:max: line 1: max -> min': ONE,
  'account_number:whatsapp_number_info:max: line 3: max -> min': ONE,
  'account_number:whatsapp_number_last_online_timestamp_seconds:max: line 3: 1d -> 172800s': OUTAGE,
  'account_number:whatsapp_number_last_online_timestamp_seconds:max: line 3: 1d -> 43200s': OUTAGE,
  'account_number:whatsapp_number_incoming_conversations_this_month:max: line 2: 5m -> 600s':
    COARSE,
  'account_number:whatsapp_number_incoming_conversations_this_month:max: line 2: 5m -> 150s':
    COARSE,
  'account_number:whatsapp_number_incoming_conversations_this_month:max: line 1: max -> min':
    REPLICAS,
  'WhatsAppNumberSilent: line 1: 0 -> 1': TIMESTAMP,
  'WhatsAppNumberDisappeared: line 1: max -> min': ONE,
  'WhatsAppNumberDisappeared: line 3: max -> min': ONE,
  'WhatsAppDataStale: line 4: max -> min': REPLICAS,
  ...Object.fromEntries(
    [1, 3, 5, 7].flatMap((line) =>
      ['14400s', '3600s'].map((resolution) => [
        `account_number_weeks_ago:whatsapp_number_marketing_conversations:max_increase1d: line ${line}: 2h -> ${resolution}`,
        'a campaign of hours is found at each of these resolutions',
      ]),
    ),
  ),
};
