import { describe } from 'vitest';
import { failing } from './row.ts';
import { answerOf } from './truth.ts';

const html = { 'content-type': 'text/html' };
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('Unreadable bodies', () => {
  const rows: readonly [name: string, reason: 'invalid_json' | 'invalid_response', body: string][] =
    [
      ['HTML with 200', 'invalid_json', '<html><h1>Sign in</h1> fake-api-key-in-html'],
      ['empty body', 'invalid_json', ''],
      ['JSON cut off within a string', 'invalid_json', '{"list":[{"apiKey":"fake-api-key-'],
      ['null', 'invalid_response', 'null'],
      ['OK without a list', 'invalid_response', '{"status":"OK","reason":1}'],
      ['list is an object', 'invalid_response', '{"status":"OK","list":{"a":1}}'],
      ['list without status', 'invalid_response', '[{"whatsapp":"1","apiKey":"fake-api-key-1"}]'],
      ['neither OK nor FAIL', 'invalid_response', '{"status":"MAYBE","list":[]}'],
      ['100,000 levels deep', 'invalid_response', deep(100_000)],
      [
        'status and list in `__proto__`',
        'invalid_response',
        '{"__proto__":{"status":"OK","reason":1,"list":[]}}',
      ],
    ];
  for (const [name, reason, body] of rows) {
    failing(name, {
      reason,
      begin: ({ provider }) => {
        provider.faults.numbers = {
          kind: 'reply',
          body,
          headers: name.startsWith('HTML') ? html : {},
        };
      },
    });
  }

  failing('half of the JSON, connection closed cleanly', {
    reason: 'invalid_json',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'truncate' };
    },
  });
  failing('UTF-16', {
    reason: 'invalid_json',
    begin: ({ provider, list }) => {
      const body = Buffer.from(`\uFEFF${JSON.stringify(answerOf(list()))}`, 'utf16le');
      provider.faults.numbers = { kind: 'reply', body };
    },
  });
});
