import { lines } from './panels.ts';
import { highest, target } from './promql.ts';
import { table } from './table.ts';
import { RELOAD, YES_NO } from './values.ts';

// Panels about the exporter process, for the Exporter dashboard.

export const samples = () =>
  lines({
    title: 'Series per scrape',
    description:
      'Series of each exporter in Prometheus: about 14 per number. A drop to a few hundred means that stale numbers were dropped because polls fail; see the age of the data.',
    width: 8,
    unit: 'locale',
    decimals: 0,
    none: 'No scrapes in this time range',
    queries: { '{{instance}}': highest(10, target('scrape_samples_scraped')) },
  });

export const scrapes = () =>
  lines({
    title: 'Duration of a scrape',
    description:
      'How long Prometheus waits for /metrics. A scrape sends no requests to the provider, so seconds mean that the process lacks CPU. Close to scrape_timeout, scrapes fail.',
    width: 8,
    unit: 's',
    none: 'No scrapes in this time range',
    queries: { '{{instance}}': highest(10, target('scrape_duration_seconds')) },
  });

export const memory = () =>
  lines({
    title: 'Memory',
    description:
      'Resident memory of each exporter. It depends on the count of numbers. Growth over days at the same count is a leak: restart the exporter and report it.',
    width: 8,
    unit: 'bytes',
    none: 'No scrapes in this time range',
    queries: { '{{instance}}': highest(10, target('process_resident_memory_bytes')) },
  });

export const cpu = () =>
  lines({
    title: 'CPU',
    description:
      'CPU cores used by each exporter. A constant 100 % is the limit of the process: poll or scrape less often, or shard the accounts.',
    width: 8,
    unit: 'percentunit',
    none: 'No scrapes in this time range',
    queries: {
      '{{instance}}': highest(10, `rate(${target('process_cpu_seconds_total')}[$__rate_interval])`),
    },
  });

export const lag = () =>
  lines({
    title: 'Event loop lag',
    description:
      '99th percentile of the event loop delay. Up to 50 ms is normal. Seconds delay scrapes and polls: give the process more CPU.',
    width: 8,
    unit: 's',
    none: 'No scrapes in this time range',
    queries: { '{{instance}}': highest(10, target('nodejs_eventloop_lag_p99_seconds')) },
  });

export const builds = () =>
  table({
    title: 'Exporters',
    description:
      'Versions and start times. Different versions mean an unfinished update; an unexpected recent start means a crash: see the log. If a configuration is rejected, the exporter keeps the previous one, and the log says why.',
    width: 24,
    none: 'No data',
    sortBy: ['Instance'],
    labelsFrom: `max by (instance, version, revision, node_version) (${target('whatsapp_exporter_build_info')})`,
    columns: [
      { name: 'Instance', label: 'instance' },
      { name: 'Version', label: 'version' },
      { name: 'Revision', label: 'revision' },
      { name: 'Node.js', label: 'node_version' },
      {
        name: 'Scraped',
        expr: `max by (instance) (${target('up')})`,
        ...YES_NO,
      },
      {
        name: 'Started',
        expr: `max by (instance) (${target('process_start_time_seconds')}) * 1000`,
        unit: 'dateTimeFromNow',
      },
      {
        name: 'Configuration',
        expr: `max by (instance) (${target('whatsapp_exporter_config_last_reload_successful')})`,
        ...RELOAD,
      },
      {
        name: 'Active since',
        expr: `max by (instance) (${target('whatsapp_exporter_config_last_reload_success_timestamp_seconds')}) * 1000`,
        unit: 'dateTimeFromNow',
      },
    ],
  });
