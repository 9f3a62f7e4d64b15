import { createServer } from 'node:http';

/** The baseline of a scrape: node:http that returns the bytes of the last PUT. */
let body = Buffer.alloc(0);

const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      body = Buffer.concat(chunks);
      response.end();
    });
    return;
  }
  response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', body.length);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
