/** How the counts of one body differ from those of the next. */
export type Change = 'every number' | 'nothing';

/**
 * A response of the provider with `numbers` numbers, in pure ASCII as PHP's json_encode writes it.
 * `turn` is added to the counts of each number that changes.
 */
export function renderBody(numbers: number, turn: number, change: Change): Buffer {
  const list = Array.from({ length: numbers }, (_, i) => {
    const moved = change === 'every number' ? turn : 0;
    const [marketing, service, incoming] = [
      ((i * 7) % 900) + moved,
      ((i * 13) % 700) + moved,
      ((i * 29) % 1200) + 2 * moved,
    ] as const;
    return {
      whatsapp: String(972_500_000_000 + i * 37),
      apiKey: `FAKE-API-KEY-${String(i).padStart(20, '0')}`,
      display_name: i % 2 === 0 ? `Branch ${i}` : `סניף ${i}`,
      business_name: `The Business ${i % 50}`,
      isOnline: i % 50 === 0 ? 0 : 1,
      coexistence: i % 9 === 0 ? 1 : 0,
      onlineAccount: i % 50 === 0 ? 0 : 12,
      onlineInbox: i % 50 === 0 ? 0 : 100 + i,
      create_time: 1_700_000_000 + i * 60,
      conversationsThisMonth: marketing + service + incoming,
      marketingThisMonth: marketing,
      serviceThisMonth: service,
      incomingThisMonth: incoming,
    };
  });
  const sum = (
    key: 'conversationsThisMonth' | 'marketingThisMonth' | 'serviceThisMonth' | 'incomingThisMonth',
  ) => list.reduce((total, entry) => total + entry[key], 0);
  const text = JSON.stringify({
    status: 'OK',
    reason: 1,
    totalWhatsApp: numbers,
    totalConversationsThisMonth: sum('conversationsThisMonth'),
    totalMarketingThisMonth: sum('marketingThisMonth'),
    totalServiceThisMonth: sum('serviceThisMonth'),
    totalIncomingThisMonth: sum('incomingThisMonth'),
    list,
  });
  return Buffer.from(text.replace(/[^\0-\x7f]/g, toEscape));
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
