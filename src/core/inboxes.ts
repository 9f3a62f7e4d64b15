import { field, text } from './fields.ts';
import { createListParser } from './list.ts';
import { toCount } from './values.ts';

export interface Inbox {
  /** `onlineInbox` of a number refers to it. */
  readonly id: number;
  readonly name: string;
}

/** The inboxes of one Online account, when they were last requested. */
export interface AccountInboxes {
  readonly account: number;
  readonly server: string;
  readonly inboxes: readonly Inbox[];
}

/** Bounds the series of one account. */
const INBOXES_MAX = 1_000;

/** Parses the response of `POST /online/getInboxes`. */
export const parseInboxes = createListParser<Inbox>({
  fields: { id: field('id', toCount), name: text('name') },
  identity: ['id'],
  ignored: { top: ['accountID', 'server', 'totalInboxes'], entry: ['channel_type', 'api_type'] },
  max: INBOXES_MAX,
});
