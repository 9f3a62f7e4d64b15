import express from 'express';
import { createServer, type RequestListener } from 'node:http';

/**
 * The floor of a scrape: node:http that sends bytes which it has, and does nothing else. They come
 * with `PUT /gzip` and `PUT /identity`, and go out with any GET. `node bare.js express` has Express
 * call the same.
 */
const bodies: Record<string, Buffer> = {};

const answer: RequestListener = (request, response) => {
  if (request.method === 'PUT') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies[request.url?.slice(1) ?? ''] = Buffer.concat(chunks);
      response.end();
    });
    return;
  }
  const encoding = request.headers['accept-encoding'] === 'gzip' ? 'gzip' : 'identity';
  const body = bodies[encoding] ?? Buffer.alloc(0);
  response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
  if (encoding === 'gzip') response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Length', body.length);
  response.end(body);
};
const isExpress = process.argv[2] === 'express';
const server = createServer(isExpress ? express().disable('x-powered-by').use(answer) : answer);
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
