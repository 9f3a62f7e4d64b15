import { collectorRows } from './collectors.ts';

collectorRows('onboardings');
