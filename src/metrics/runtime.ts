import { openSync, readSync, readdirSync } from 'node:fs';
import * as nodeProcess from 'node:process';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { observeEventLoop } from './event-loop.ts';
import { observeGc } from './gc.ts';
import { renderHead, renderLabels } from './text.ts';

/** Gauges that prom-client has as well; `promtool check metrics` rightly refuses the `_total`. */
export const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * What else prom-client's collectDefaultMetrics has, with its names, types and help, which a test
 * compares. They are fresh at each scrape, and prom-client would need several times as long for them
 * as all the rest of a scrape takes.
 */
const HEADS = `
process_cpu_user_seconds_total counter Total user CPU time spent in seconds.
process_cpu_system_seconds_total counter Total system CPU time spent in seconds.
process_cpu_seconds_total counter Total user and system CPU time spent in seconds.
process_start_time_seconds gauge Start time of the process since unix epoch in seconds.
process_resident_memory_bytes gauge Resident memory size in bytes.
process_virtual_memory_bytes gauge Virtual memory size in bytes.
process_heap_bytes gauge Process heap size in bytes.
process_open_fds gauge Number of open file descriptors.
process_max_fds gauge Maximum number of open file descriptors.
nodejs_eventloop_lag_seconds gauge Lag of event loop in seconds.
nodejs_eventloop_lag_min_seconds gauge The minimum recorded event loop delay.
nodejs_eventloop_lag_max_seconds gauge The maximum recorded event loop delay.
nodejs_eventloop_lag_mean_seconds gauge The mean of the recorded event loop delays.
nodejs_eventloop_lag_stddev_seconds gauge The standard deviation of the recorded event loop delays.
nodejs_eventloop_lag_p50_seconds gauge The 50th percentile of the recorded event loop delays.
nodejs_eventloop_lag_p90_seconds gauge The 90th percentile of the recorded event loop delays.
nodejs_eventloop_lag_p99_seconds gauge The 99th percentile of the recorded event loop delays.
nodejs_active_resources gauge Number of active resources that are currently keeping the event loop alive, grouped by async resource type.
nodejs_active_handles gauge Number of active libuv handles grouped by handle type. Every handle type is C++ class name.
nodejs_active_requests gauge Number of active libuv requests grouped by request type. Every request type is C++ class name.
nodejs_heap_size_total_bytes gauge Process heap size from Node.js in bytes.
nodejs_heap_size_used_bytes gauge Process heap size used from Node.js in bytes.
nodejs_external_memory_bytes gauge Node.js external memory size in bytes.
nodejs_heap_space_size_total_bytes gauge Process heap space size total from Node.js in bytes.
nodejs_heap_space_size_used_bytes gauge Process heap space size used from Node.js in bytes.
nodejs_heap_space_size_available_bytes gauge Process heap space size available from Node.js in bytes.
nodejs_version_info gauge Node.js version info.
`;

/**
 * One value, or one for each value of a label, which is text already: `type="Timeout"`. Undefined
 * where this system has no such figure.
 */
type Figure = number | readonly (readonly [label: string, value: number])[] | undefined;

/** The metrics of the process and of Node.js. */
export interface RuntimeMetrics {
  /** As of now, in text format. */
  render(): string;
}

/** What libuv waits for: undocumented, and deprecated, so that it may be gone one day. */
type Watched = Readonly<
  Partial<Record<'_getActiveHandles' | '_getActiveRequests', () => readonly object[]>>
>;

/** What `watched` lacks is left out. */
export function createRuntimeMetrics(watched: Watched = nodeProcess as Watched): RuntimeMetrics {
  const heads = [...HEADS.matchAll(/^(\w+) (\w+) (.+)$/gm)].map(
    ([, name = '', type = '', help = '']) => ({ name, text: renderHead({ name, type, help }) }),
  );
  const readSystem = openSystem();
  const readEventLoop = observeEventLoop();
  const readNode = createNodeReader(watched);
  const renderGc = observeGc();
  return {
    render() {
      const figures = { ...readSystem(), ...readEventLoop(), ...readNode() };
      let text = '';
      for (const { name, text: head } of heads) {
        const figure = figures[name];
        if (figure === undefined) continue;
        text += head;
        if (typeof figure === 'number') text += `${name} ${figure}\n`;
        else for (const [label, value] of figure) text += `${name}{${label}} ${value}\n`;
        text += '\n';
      }
      return text + renderGc();
    },
  };
}

function openSystem(): () => Readonly<Record<string, Figure>> {
  const readStatus = openProc('status');
  const fdsMax = /^Max open files +(\d+)/m.exec(openProc('limits')?.() ?? '')?.[1];
  return () => {
    const { user, system } = nodeProcess.cpuUsage();
    const { VmRSS, VmSize, VmData } = toBytes(readStatus?.() ?? '');
    return {
      process_cpu_user_seconds_total: user / 1e6,
      process_cpu_system_seconds_total: system / 1e6,
      process_cpu_seconds_total: (user + system) / 1e6,
      process_start_time_seconds: Math.round(performance.timeOrigin / 1000),
      process_resident_memory_bytes: VmRSS ?? nodeProcess.memoryUsage.rss(),
      process_virtual_memory_bytes: VmSize,
      process_heap_bytes: VmData,
      process_open_fds: countFds(),
      process_max_fds: fdsMax === undefined ? undefined : Number(fdsMax),
    };
  };
}

function createNodeReader(watched: Watched): () => Readonly<Record<string, Figure>> {
  const [major = '', minor = '', patch = ''] = nodeProcess.version.slice(1).split('.');
  const version = renderLabels({ version: nodeProcess.version, major, minor, patch });
  const { _getActiveHandles, _getActiveRequests } = watched;
  return () => {
    const heap = getHeapStatistics();
    const spaces = getHeapSpaceStatistics();
    const ofSpaces = (key: 'space_size' | 'space_used_size' | 'space_available_size') =>
      spaces.map(
        (each) => [`space="${each.space_name.replace('_space', '')}"`, each[key]] as const,
      );
    return {
      nodejs_active_resources: countByType(nodeProcess.getActiveResourcesInfo()),
      nodejs_active_handles: countByType(_getActiveHandles?.().map(toClassName)),
      nodejs_active_requests: countByType(_getActiveRequests?.().map(toClassName)),
      nodejs_heap_size_total_bytes: heap.total_heap_size,
      nodejs_heap_size_used_bytes: heap.used_heap_size,
      nodejs_external_memory_bytes: heap.external_memory,
      nodejs_heap_space_size_total_bytes: ofSpaces('space_size'),
      nodejs_heap_space_size_used_bytes: ofSpaces('space_used_size'),
      nodejs_heap_space_size_available_bytes: ofSpaces('space_available_size'),
      nodejs_version_info: [[version, 1]],
    };
  };
}

const toClassName = ({ constructor }: object): string => constructor.name;

function countByType(types: readonly string[] | undefined): Figure {
  if (types === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => [`type="${type}"`, count] as const);
}

/** What the kernel says of memory, in bytes, by its own names. */
function toBytes(status: string): Readonly<Partial<Record<string, number>>> {
  const bytes: Record<string, number> = {};
  for (const [, name = '', kib] of status.matchAll(/^(Vm\w+):\s+(\d+) kB$/gm)) {
    bytes[name] = Number(kib) * 1024;
  }
  return bytes;
}

function countFds(): number | undefined {
  try {
    // Without the one that reading the folder takes.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

/** More than such a file has; what is beyond would not be missed. */
const PROC_BYTES_MAX = 4_096;

/** Opened once and read from its beginning each time; undefined on other systems than Linux. */
function openProc(name: string): (() => string) | undefined {
  try {
    const fd = openSync(`/proc/self/${name}`, 'r');
    const buffer = Buffer.alloc(PROC_BYTES_MAX);
    return () => buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  }
}
