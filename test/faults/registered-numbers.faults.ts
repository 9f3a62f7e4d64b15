import { collectorRows } from './collectors.ts';

collectorRows('registered_numbers');
