import { createServer } from 'node:http';
import { renderBody, type Change } from './bodies.ts';

/**
 * The provider's API as a static server: `node provider.js NUMBERS`. Responses are prepared in advance,
 * so that they cost almost nothing. `PUT /change` starts again, and sets in what each differs from the
 * previous one. Enough of them for all polls of a measurement: counts that start again would fall.
 */
const TURNS = 30;

const numbers = Number(process.argv[2]);
let bodies = renderBodies('every number');
let turn = 0;

const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    let change = '';
    request.setEncoding('utf8').on('data', (text: string) => (change += text));
    request.on('end', () => {
      bodies = renderBodies(change as Change);
      turn = 0;
      response.end();
    });
    return;
  }
  const isToken = request.url === '/settings/accessToken';
  if (!isToken) turn += 1;
  const body = isToken
    ? JSON.stringify({ reason: 1, access_token: 'FAKE-TOKEN', expiration_time: '0' })
    : (bodies[turn % TURNS] ?? '');
  request.resume();
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));

function renderBodies(change: Change): readonly Buffer[] {
  return Array.from({ length: TURNS }, (_, i) => renderBody(numbers, i, change));
}
