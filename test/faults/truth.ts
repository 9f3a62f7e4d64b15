import type { Json } from '../../src/simulator/answers.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';

type Entry = Omit<FleetNumber, 'apiKey'>;
type Totals = ReturnType<typeof totalsOf>;

const OF_NUMBER = {
  online: 'isOnline',
  online_inbox: 'onlineInbox',
  online_account: 'onlineAccount',
  coexistence: 'coexistence',
  created_timestamp_seconds: 'create_time',
  conversations_this_month: 'conversationsThisMonth',
  marketing_conversations_this_month: 'marketingThisMonth',
  service_conversations_this_month: 'serviceThisMonth',
  incoming_conversations_this_month: 'incomingThisMonth',
} as const satisfies Record<string, keyof Entry>;

const OF_ACCOUNT = {
  numbers: 'totalWhatsApp',
  conversations_this_month: 'totalConversationsThisMonth',
  marketing_conversations_this_month: 'totalMarketingThisMonth',
  service_conversations_this_month: 'totalServiceThisMonth',
  incoming_conversations_this_month: 'totalIncomingThisMonth',
} as const satisfies Record<string, keyof Totals>;

/** The provider's own totals of a list. */
export function totalsOf(list: readonly Entry[]) {
  const sum = (field: 'conversations' | 'marketing' | 'service' | 'incoming') =>
    list.reduce((total, number) => total + number[`${field}ThisMonth`], 0);
  return {
    totalWhatsApp: list.length,
    totalConversationsThisMonth: sum('conversations'),
    totalMarketingThisMonth: sum('marketing'),
    totalServiceThisMonth: sum('service'),
    totalIncomingThisMonth: sum('incoming'),
  };
}

/** What must be served of this list: written here anew, from the documentation, line by line. */
export function linesOf(list: readonly Entry[], changes: Partial<Totals> = {}): readonly string[] {
  const totals = { ...totalsOf(list), ...changes };
  const lines = Object.entries(OF_ACCOUNT).map(
    ([name, field]) => `whatsapp_account_${name}{account="acme"} ${totals[field]}`,
  );
  for (const number of list) {
    const labels = `account="acme",number="${number.whatsapp}"`;
    for (const [name, field] of Object.entries(OF_NUMBER)) {
      lines.push(`whatsapp_number_${name}{${labels}} ${number[field]}`);
    }
    const names = `display_name="${escape(number.display_name)}",business_name="${escape(number.business_name)}"`;
    lines.push(`whatsapp_number_info{${labels},${names}} 1`);
  }
  return lines.toSorted();
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The provider's good answer with this list. */
export function answerOf(list: readonly FleetNumber[]): Json {
  return { status: 'OK', reason: 1, ...totalsOf(list), list };
}
