import { readFileSync, readdirSync } from 'node:fs';
import * as nodeProcess from 'node:process';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { observeEventLoop } from './event-loop.ts';
import type { Sample } from './family.ts';
import { observeGc } from './gc.ts';
import { renderFamily } from './text.ts';

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

/** Undefined where this system has no such figure. */
type Figure = number | readonly Sample[] | undefined;

/** The metrics of the process and of Node.js. */
export interface RuntimeMetrics {
  /** As of now, in text format. */
  render(): string;
}

export function createRuntimeMetrics(): RuntimeMetrics {
  const heads = [...HEADS.matchAll(/^(\w+) (\w+) (.+)$/gm)].map(
    ([, name = '', type = '', help = '']) => ({ name, type, help }),
  );
  const readEventLoop = observeEventLoop();
  const renderGc = observeGc();
  const fdsMax = readFdsMax();
  return {
    render() {
      const figures: Readonly<Record<string, Figure>> = {
        ...readSystem(),
        process_max_fds: fdsMax,
        ...readEventLoop(),
        ...readNode(),
      };
      const texts = heads.flatMap((head) => {
        const figure = figures[head.name];
        if (figure === undefined) return [];
        return renderFamily(head, typeof figure === 'number' ? [[{}, figure]] : figure);
      });
      return [...texts, renderGc()].join('\n');
    },
  };
}

function readSystem(): Readonly<Record<string, Figure>> {
  const { user, system } = nodeProcess.cpuUsage();
  const { VmRSS, VmSize, VmData } = readMemory();
  return {
    process_cpu_user_seconds_total: user / 1e6,
    process_cpu_system_seconds_total: system / 1e6,
    process_cpu_seconds_total: (user + system) / 1e6,
    process_start_time_seconds: Math.round(performance.timeOrigin / 1000),
    process_resident_memory_bytes: VmRSS ?? nodeProcess.memoryUsage.rss(),
    process_virtual_memory_bytes: VmSize,
    process_heap_bytes: VmData,
    process_open_fds: countFds(),
  };
}

/** What libuv waits for, of which @types/node does not know. */
const { _getActiveHandles, _getActiveRequests } = nodeProcess as unknown as Readonly<
  Record<'_getActiveHandles' | '_getActiveRequests', () => readonly object[]>
>;

function readNode(): Readonly<Record<string, Figure>> {
  const heap = getHeapStatistics();
  const spaces = getHeapSpaceStatistics();
  const ofSpaces = (key: 'space_size' | 'space_used_size' | 'space_available_size') =>
    spaces.map((each): Sample => [{ space: each.space_name.replace('_space', '') }, each[key]]);
  const [major = '', minor = '', patch = ''] = nodeProcess.version.slice(1).split('.');
  return {
    nodejs_active_resources: countByType(nodeProcess.getActiveResourcesInfo()),
    nodejs_active_handles: countByType(_getActiveHandles().map(toClassName)),
    nodejs_active_requests: countByType(_getActiveRequests().map(toClassName)),
    nodejs_heap_size_total_bytes: heap.total_heap_size,
    nodejs_heap_size_used_bytes: heap.used_heap_size,
    nodejs_external_memory_bytes: heap.external_memory,
    nodejs_heap_space_size_total_bytes: ofSpaces('space_size'),
    nodejs_heap_space_size_used_bytes: ofSpaces('space_used_size'),
    nodejs_heap_space_size_available_bytes: ofSpaces('space_available_size'),
    nodejs_version_info: [[{ version: nodeProcess.version, major, minor, patch }, 1]],
  };
}

const toClassName = ({ constructor }: object): string => constructor.name;

function countByType(types: readonly string[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => [{ type }, count]);
}

/** In bytes, by the names that the kernel gives them; empty on other systems than Linux. */
function readMemory(): Readonly<Partial<Record<string, number>>> {
  const bytes: Record<string, number> = {};
  for (const [, name = '', kib] of readProc('status')?.matchAll(/^(Vm\w+):\s+(\d+) kB$/gm) ?? []) {
    bytes[name] = Number(kib) * 1024;
  }
  return bytes;
}

function readFdsMax(): number | undefined {
  const digits = /^Max open files +(\d+)/m.exec(readProc('limits') ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function countFds(): number | undefined {
  try {
    // Without the one that reading the folder takes.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/self/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}
