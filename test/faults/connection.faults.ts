import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { babble, silence, type Behind } from './door.ts';
import { failing, harmless } from './row.ts';

describe('Connection', () => {
  failing('connection refused', { reason: 'network', begin: ({ door }) => door.shut() });

  let unblock = async () => {};
  failing('black hole: no answer to SYN', {
    reason: 'timeout',
    begin: async ({ door }) => {
      await door.shut();
      unblock = await startBlackHole(door.port);
    },
    end: () => unblock(),
    note:
      'a stopped process listens with a full backlog, so the kernel drops every further SYN. The row ' +
      'first checks that its own connection gets no answer.',
  });

  failing('accepts the connection and sends nothing', {
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });

  failing('headers, then silence', {
    reason: 'timeout',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'headersOnly' };
    },
  });

  failing('one byte per second', {
    reason: 'timeout',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'drip', intervalMs: 1_000 };
    },
  });

  failing('endless headers, fast', {
    reason: 'network',
    begin: ({ door }) =>
      door.lead(babble('HTTP/1.1 200 OK\r\n', `X-A: ${'a'.repeat(8_000)}\r\n`, 20)),
    note: 'the HTTP client rejects more than 16 KiB of headers.',
  });

  failing('not HTTP', {
    reason: 'network',
    begin: ({ door }) => door.lead(babble('220 mail.example ESMTP\r\n', '', 60_000)),
  });

  failing('reset in the middle of the body', {
    reason: 'network',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'resetMidBody' };
    },
  });

  harmless('NAT drops idle connections', {
    pace: { intervalS: 6, staleAfterS: 20 },
    between: throughNat(5_000),
    begin: () => {},
    note: 'a connection that was idle for 5 s is dropped silently; the provider would keep it for a minute.',
  });
});

/**
 * A port that answers no SYN: a stopped process listens on it, and the few connections that the kernel
 * accepts on its behalf are used up. Returns a function that ends it.
 */
async function startBlackHole(port: number): Promise<() => Promise<void>> {
  const script = `require('net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 },
    () => console.log('listening'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const end = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(end);
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const knock = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    return Promise.race([once(socket, 'connect').then(() => true), setTimeout(200, false)]);
  };
  let tries = 0;
  while (await knock()) expect((tries += 1), 'accepted connections').toBeLessThan(10);
  return end;
}

/** Forwards to the port, but silently drops data on connections that were idle for `idleMs`. */
function throughNat(idleMs: number) {
  return (port: number): Behind =>
    (socket) => {
      const target = connect(port, '127.0.0.1');
      target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => target.destroy());
      let lastMs = Date.now();
      const pass = (to: Socket) => (chunk: Buffer) => {
        const isDropped = Date.now() - lastMs > idleMs;
        if (isDropped) return;
        lastMs = Date.now();
        to.write(chunk);
      };
      socket.on('data', pass(target));
      target.on('data', pass(socket));
    };
}
