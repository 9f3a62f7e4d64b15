#!/usr/bin/env node
import process from 'node:process';

// Installed before anything else is loaded, which takes a tenth of a second. By default SIGHUP and SIGUSR2
// end the process, and SIGUSR1 opens Node's debugger. The program adds what SIGHUP means to it.
for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});

await import('./program.ts');
