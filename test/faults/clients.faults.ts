import type { Socket } from 'node:net';
import { describe } from 'vitest';
import { open, slowScrape } from './clients.ts';
import { harmless } from './row.ts';
import type { Running, Scene } from './scene.ts';

describe('Clients', () => {
  const clients: Socket[] = [];
  const leave = () => {
    for (const client of clients.splice(0)) client.destroy();
  };
  const slowClients = (count: number) => ({
    numbers: 4_000,
    begin: async (_scene: Scene, running: Running) => {
      for (let i = 0; i < count; i += 1) clients.push(await slowScrape(running.port));
    },
    end: leave,
  });
  harmless('1,000 idle clients', {
    begin: async (_scene, running) => {
      for (let i = 0; i < 1_000; i += 1) clients.push(await open(running.port));
    },
    end: leave,
  });
  harmless('200 slow clients', {
    ...slowClients(200),
    memoryMibMax: 128,
    note:
      'each requests /metrics with 4,000 numbers (5 MiB) and reads nothing. The process may keep 128 MiB ' +
      'of heap.',
  });
  harmless('1,000 slow clients', {
    ...slowClients(1_000),
    memoryMibMax: 256,
    paceMsMax: 5_000,
    note:
      'as above, but more clients than the limit of 500 connections. Rendering 1,000 responses of 5 MiB ' +
      'takes seconds on two cores, so the time limit is 5 s instead of 100 ms. The process may keep ' +
      '256 MiB of heap.',
  });
});
