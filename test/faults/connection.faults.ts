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
      'a stopped process listens with a full backlog, so that the kernel drops every further SYN; ' +
      'the row checks first that a connection of its own is not answered either.',
  });

  failing('accepts and never answers', {
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });

  failing('request taken, no answer', {
    reason: 'timeout',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'never' };
    },
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

  failing('one byte every 20 ms', {
    reason: 'timeout',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'drip', intervalMs: 20 };
    },
  });

  failing('headers for ever, slowly', {
    reason: 'timeout',
    begin: ({ door }) => door.lead(babble('HTTP/1.1 200 OK\r\n', 'X-A: 1\r\n', 200)),
  });

  failing('headers for ever, fast', {
    reason: 'network',
    begin: ({ door }) =>
      door.lead(babble('HTTP/1.1 200 OK\r\n', `X-A: ${'a'.repeat(8_000)}\r\n`, 20)),
    note: 'more than 16 KiB of headers are refused by the HTTP client.',
  });

  failing('no HTTP at all', {
    reason: 'network',
    begin: ({ door }) => door.lead(babble('220 mail.example ESMTP\r\n', '', 60_000)),
  });

  failing('closed without a word', {
    reason: 'network',
    begin: ({ door }) => door.lead((socket) => void socket.end()),
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
    note: 'a connection that was idle for 5 s is dropped without a word; the provider keeps it for a minute.',
  });
});

/**
 * A port where no SYN is answered: it is listened on, but by a process that is stopped, and the few
 * connections which the kernel takes on its behalf are used up. Returns what ends it.
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
  while (await knock()) expect((tries += 1), 'connections that are taken').toBeLessThan(10);
  return end;
}

/** A way to the port on which connections that are idle for so long pass nothing on any more. */
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
