import { collectorRows } from './collectors.ts';

collectorRows('inboxes', 'online_accounts');
