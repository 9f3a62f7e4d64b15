import { describe } from 'vitest';
import { failing } from './row.ts';

const html = { 'content-type': 'text/html' };
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('Unreadable bodies', () => {
  const rows: readonly [name: string, reason: 'invalid_json' | 'invalid_response', body: string][] =
    [
      ['HTML with 200', 'invalid_json', '<html><h1>Sign in</h1> fake-api-key-in-html'],
      ['JSON cut off within a string', 'invalid_json', '{"list":[{"apiKey":"fake-api-key-'],
      ['OK without a list', 'invalid_response', '{"status":"OK","reason":1}'],
      ['list without status', 'invalid_response', '[{"whatsapp":"1","apiKey":"fake-api-key-1"}]'],
      ['100,000 levels deep', 'invalid_response', deep(100_000)],
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
});
