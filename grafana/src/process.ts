import { flag, lines } from './panels.ts';
import { highest, target } from './promql.ts';
import { table } from './table.ts';

// The panels about the process itself, for the Exporter dashboard.

export const samples = () =>
  lines({
    title: 'Series per scrape',
    description:
      'What each exporter costs Prometheus: about 14 series a number. If it falls to a few hundred the numbers are gone because polls fail; see the data age.',
    width: 8,
    unit: 'locale',
    decimals: 0,
    none: 'Nothing was scraped in this time',
    queries: { '{{instance}}': highest(10, target('scrape_samples_scraped')) },
  });

export const scrapes = () =>
  lines({
    title: 'Duration of a scrape',
    description:
      'How long Prometheus waits for /metrics. A scrape calls nobody, so seconds here mean a starved process; near scrape_timeout scrapes fail.',
    width: 8,
    unit: 's',
    none: 'Nothing was scraped in this time',
    queries: { '{{instance}}': highest(10, target('scrape_duration_seconds')) },
  });

export const memory = () =>
  lines({
    title: 'Memory',
    description:
      'Resident memory of each exporter. It follows the count of numbers; growth over days with the same count is a leak: restart it and report it.',
    width: 8,
    unit: 'bytes',
    none: 'Nothing was scraped in this time',
    queries: { '{{instance}}': highest(10, target('process_resident_memory_bytes')) },
  });

export const cpu = () =>
  lines({
    title: 'Processor',
    description:
      'Cores in use by each exporter. A steady 1 is a process at its limit: poll or scrape less often, or split the accounts.',
    width: 8,
    unit: 'percentunit',
    none: 'Nothing was scraped in this time',
    queries: {
      '{{instance}}': highest(10, `rate(${target('process_cpu_seconds_total')}[$__rate_interval])`),
    },
  });

export const lag = () =>
  lines({
    title: 'Event loop lag',
    description:
      'The 99th percentile of how late the process gets to its work. Up to 50 ms is usual; seconds delay scrapes and polls: give it more processor.',
    width: 8,
    unit: 's',
    none: 'Nothing was scraped in this time',
    queries: { '{{instance}}': highest(10, target('nodejs_eventloop_lag_p99_seconds')) },
  });

export const builds = () =>
  table({
    title: 'Exporters',
    description:
      'What runs where, and since when. Different versions side by side are a half-done update; a recent start that nobody ordered is a crash: see its log. A refused configuration leaves the one from before in force: the log says what is wrong.',
    width: 24,
    none: 'Nothing is scraped now',
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
        mappings: flag(['No', 'red'], ['Yes', 'green']),
        thresholds: ['red', [1, 'green']],
      },
      {
        name: 'Started',
        expr: `max by (instance) (${target('process_start_time_seconds')}) * 1000`,
        unit: 'dateTimeFromNow',
      },
      {
        name: 'Configuration',
        expr: `max by (instance) (${target('whatsapp_exporter_config_last_reload_successful')})`,
        mappings: flag(['Refused', 'red'], ['In force', 'green']),
        thresholds: ['red', [1, 'green']],
      },
      {
        name: 'In force since',
        expr: `max by (instance) (${target('whatsapp_exporter_config_last_reload_success_timestamp_seconds')}) * 1000`,
        unit: 'dateTimeFromNow',
      },
    ],
  });
