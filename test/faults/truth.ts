import type { Json } from '../../src/simulator/json.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { NUMBER_GAUGES } from '../support/gauges.ts';

type Entry = Omit<FleetNumber, 'apiKey'>;
type NumericField = Exclude<keyof Entry, 'whatsapp' | 'display_name' | 'business_name'>;
export type Totals = ReturnType<typeof totalsOf>;

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

/** A series of the account as Prometheus must have it. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The series that must be served for this list, with its values: independent of the parser. */
export function seriesOf(list: readonly Entry[], totals: Partial<Totals>): readonly Series[] {
  const account = 'acme';
  const series: Series[] = [];
  for (const [name, field] of Object.entries(OF_ACCOUNT)) {
    const value = totals[field];
    if (value === undefined) continue;
    series.push({ name: `whatsapp_account_${name}`, labels: { account }, value });
  }
  for (const entry of list) {
    const { whatsapp: number, display_name, business_name } = entry;
    for (const [name, field] of NUMBER_GAUGES) {
      const labels = { account, number };
      series.push({ name, labels, value: entry[field as NumericField] });
    }
    const labels = { account, number, display_name, business_name };
    series.push({ name: 'whatsapp_number_info', labels, value: 1 });
  }
  return series;
}

/** The same series as lines of a scrape. */
export function linesOf(list: readonly Entry[], changes: Partial<Totals> = {}): readonly string[] {
  return seriesOf(list, { ...totalsOf(list), ...changes })
    .map(({ name, labels, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
      return `${name}{${pairs.join(',')}} ${value}`;
    })
    .toSorted();
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The provider's response with this list. */
export function answerOf(list: readonly FleetNumber[]): Json {
  return { status: 'OK', reason: 1, ...totalsOf(list), list };
}
