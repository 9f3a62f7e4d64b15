import { collectorRows } from './collectors.ts';

collectorRows('monthly_statistics');
