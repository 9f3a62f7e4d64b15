import { describe } from 'vitest';
import { RESPONSE_BYTES_MAX } from '../../src/provider/http.ts';
import { failing, harmless } from './row.ts';
import { SLOW_PACE, type Scene } from './scene.ts';
import { answerOf, linesOf } from './truth.ts';

/** Several times the largest body: the one being read, and garbage that is not collected yet. */
const LARGE_MIB_MAX = 256;
/** The valid response as text, to be modified by a test. */
const goodText = (scene: Scene) => JSON.stringify(answerOf(scene.list()));
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('Unusual but readable bodies', () => {
  harmless('invalid UTF-8 in a name', {
    begin: (scene) => {
      const list = scene.list().map((number) => ({ ...number, business_name: 'a\x7Fb' }));
      const body = Buffer.from(JSON.stringify(answerOf(list)));
      for (const [i, byte] of body.entries()) if (byte === 0x7f) body[i] = 0xff;
      scene.provider.faults.numbers = { kind: 'reply', body };
    },
    expected: (list) => [linesOf(list.map((number) => ({ ...number, business_name: 'a\uFFFDb' })))],
    anomalies: ['text_replacement'],
    note: 'the byte becomes U+FFFD.',
  });
  harmless('prototype keys', {
    begin: (scene) => {
      const keys =
        '"__proto__":{"isOnline":1},"constructor":{"prototype":{"list":1}},"toString":1,';
      const body = goodText(scene).replaceAll('{"', `{${keys}"`);
      scene.provider.faults.numbers = { kind: 'reply', body };
    },
    anomalies: ['field_unknown'],
  });
  harmless('fields 4,000 levels deep', {
    begin: (scene) => {
      const body = goodText(scene).replaceAll('"apiKey":', `"more":${deep(4_000)},"apiKey":`);
      scene.provider.faults.numbers = { kind: 'reply', body };
    },
    anomalies: ['field_unknown'],
  });
});

describe('Large bodies', () => {
  const pace = SLOW_PACE;
  const paceMsMax = 500;
  const note =
    'reading at the speed of loopback takes a whole core, so the time limit is 500 ms instead of 100 ms. ' +
    'The process may keep 256 MiB, and polls may take 5 s.';
  failing('20 MiB plus one byte', {
    pace,
    note,
    paceMsMax,
    reason: 'too_large',
    memoryMibMax: LARGE_MIB_MAX,
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'huge', bytes: RESPONSE_BYTES_MAX + 1 };
    },
  });
  for (const [name, piece] of [
    ['20 MiB of [', '['],
    ['20 MiB of {},', '{},'],
  ] as const) {
    failing(name, {
      pace,
      note,
      paceMsMax,
      reason: 'too_large',
      memoryMibMax: LARGE_MIB_MAX,
      begin: ({ provider }) => {
        const body = `[${piece.repeat(RESPONSE_BYTES_MAX / piece.length - 1)}`;
        provider.faults.numbers = { kind: 'reply', body };
      },
    });
  }
  failing('gzip bomb', {
    pace,
    note,
    paceMsMax,
    reason: 'too_large',
    memoryMibMax: LARGE_MIB_MAX,
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'gzipBomb', bytes: 8 * RESPONSE_BYTES_MAX };
    },
  });
});
