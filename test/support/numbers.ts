import type { NumberEntry } from '../../src/core/snapshot.ts';

/** A number in good order; the fields given replace the ordinary ones. */
export function numberEntry(fields: Partial<NumberEntry> = {}): NumberEntry {
  return {
    whatsapp: '972500000001',
    displayName: 'Display',
    businessName: 'Business',
    online: 1,
    onlineInbox: 2,
    onlineAccount: 1,
    coexistence: 0,
    createdS: 1_735_811_185,
    conversations: 6,
    marketing: 3,
    service: 2,
    incoming: 1,
    ...fields,
  };
}
