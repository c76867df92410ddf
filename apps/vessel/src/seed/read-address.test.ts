import { makeTestFolder } from '@cairn/testing';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAddress } from './read-address.js';

const SIZE_BYTES_MAX = 100_000;
const PIECE = Buffer.alloc(10_000, 'x');

const folder = makeTestFolder();
let sentSizeBytes = 0;
/** Answers `/whole` with what is allowed, and everything else without an end. */
const server = createServer((request, response) => {
  if (request.url === '/gone') return response.writeHead(404).end();
  if (request.url === '/whole') return response.end(Buffer.alloc(SIZE_BYTES_MAX, 'x'));
  const send = () => {
    if (response.destroyed) return;
    sentSizeBytes += PIECE.byteLength;
    if (response.write(PIECE)) setImmediate(send);
    else response.once('drain', send);
  };
  send();
  return response;
});
let base: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  folder.remove();
});

it('reads an answer or a file as large as allowed', async () => {
  const answer = await readAddress(new URL(`${base}/whole`), SIZE_BYTES_MAX);
  const file = join(folder.dir, 'whole');
  writeFileSync(file, answer);
  const read = await readAddress(pathToFileURL(file), SIZE_BYTES_MAX);
  expect([answer.byteLength, read.byteLength]).toEqual([SIZE_BYTES_MAX, SIZE_BYTES_MAX]);
});

it('stops reading an answer that does not end', async () => {
  const reading = readAddress(new URL(`${base}/endless`), SIZE_BYTES_MAX);
  await expect(reading).rejects.toThrow(`more than ${SIZE_BYTES_MAX} bytes`);
  // What the sockets between hold comes on top.
  expect(sentSizeBytes).toBeLessThan(100 * SIZE_BYTES_MAX);
});

it('refuses a larger file, what is no file, and what is not there', async () => {
  const file = join(folder.dir, 'large');
  writeFileSync(file, Buffer.alloc(SIZE_BYTES_MAX + 1));
  const read = (url: URL) => readAddress(url, SIZE_BYTES_MAX);
  await expect(read(pathToFileURL(file))).rejects.toThrow('more than');
  await expect(read(pathToFileURL('/dev/zero'))).rejects.toThrow('no regular file');
  await expect(read(pathToFileURL(folder.dir))).rejects.toThrow('no regular file');
  await expect(read(pathToFileURL(join(folder.dir, 'none')))).rejects.toThrow('ENOENT');
  await expect(read(new URL(`${base}/gone`))).rejects.toThrow('status 404');
});
