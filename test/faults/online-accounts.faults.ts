import { collectorRows } from './collectors.ts';

collectorRows('online_accounts');
