import { createLogger, Health, Metrics } from '@cairn/observability';
import { makeTestFolder } from '@cairn/testing';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PublicServer } from './public-server.js';

const folder = makeTestFolder();
const publicDir = join(folder.dir, 'public');
const STONE = randomBytes(1_000_000);
const ROOT = '{"formats":{}}';
let server: PublicServer;
let url: string;
let port: number;

beforeAll(async () => {
  mkdirSync(join(publicDir, 'main/pool/v0/g/g++'), { recursive: true });
  mkdirSync(join(publicDir, 'main/history/1/x86_64'), { recursive: true });
  writeFileSync(join(folder.dir, 'secret'), 'secret');
  writeFileSync(join(publicDir, 'main/pool/v0/g/g++/g++-1~2.stone'), STONE);
  writeFileSync(join(publicDir, 'main/history/1/x86_64/stone.index'), 'index');
  writeFileSync(join(publicDir, 'main/moss-root-index.json'), ROOT);
  writeFileSync(join(publicDir, 'main/moss-root-index.json.zst'), zstdCompressSync(ROOT));
  writeFileSync(join(publicDir, 'main/moss-root-index.json.x.partial'), 'half');
  writeFileSync(join(publicDir, 'main/<b>&.txt'), '');
  writeFileSync(join(publicDir, 'main/empty'), '');
  symlinkSync(join(folder.dir, 'secret'), join(publicDir, 'main/link'));
  server = new PublicServer({
    publicDir,
    host: '127.0.0.1',
    port: 0,
    health: new Health(),
    metrics: new Metrics(),
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  port = await server.listen();
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

const POOL_FILE = 'main/pool/v0/g/g%2B%2B/g++-1~2.stone';

/** What the server says to bytes that no client library would send. */
async function raw(request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  return text(socket);
}

it('sends a package as it is, with headers for caches', async () => {
  const response = await fetch(`${url}/${POOL_FILE}`, {
    headers: { 'Accept-Encoding': 'gzip, zstd' },
  });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': '1000000',
    'cache-control': 'public, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
  });
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(Buffer.from(await response.arrayBuffer()).equals(STONE)).toBe(true);
});

it('answers HEAD like GET, without the bytes', async () => {
  const response = await fetch(`${url}/${POOL_FILE}`, { method: 'HEAD' });
  expect(response.headers.get('content-length')).toBe('1000000');
  expect((await response.arrayBuffer()).byteLength).toBe(0);
});

it('knows what a client has already', async () => {
  const first = await fetch(`${url}/${POOL_FILE}`, { method: 'HEAD' });
  const tag = first.headers.get('etag') ?? '';
  const again = await fetch(`${url}/${POOL_FILE}`, { headers: { 'If-None-Match': tag } });
  expect(again.status).toBe(304);
  expect(again.headers.get('etag')).toBe(tag);
  const other = await fetch(`${url}/${POOL_FILE}`, { headers: { 'If-None-Match': '"other"' } });
  expect(other.status).toBe(200);
  await other.arrayBuffer();
});

it('sends a part, from the right version only', async () => {
  const part = async (headers: Record<string, string>) => {
    const response = await fetch(`${url}/${POOL_FILE}`, { headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const { response, bytes } = await part({ Range: 'bytes=100000-299999' });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe('bytes 100000-299999/1000000');
  expect(bytes.equals(STONE.subarray(100_000, 300_000))).toBe(true);
  expect((await part({ Range: 'bytes=-5' })).bytes.equals(STONE.subarray(-5))).toBe(true);
  expect((await part({ Range: 'bytes=1000000-' })).response.status).toBe(416);
  const changed = await part({ Range: 'bytes=0-9', 'If-Range': '"old"' });
  expect(changed.response.status).toBe(200);
  expect(changed.bytes.byteLength).toBe(1_000_000);
});

it('sends the root index compressed to whoever takes it, and lets caches ask soon', async () => {
  const plain = await raw(
    'GET /main/moss-root-index.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  expect(plain).toContain(ROOT);
  expect(plain).toMatch(/Cache-Control: public, max-age=5, must-revalidate/);
  expect(plain).toMatch(/Vary: Accept-Encoding/);
  expect(plain).not.toMatch(/Content-Encoding/);
  const compressed = await raw(
    'GET /main/moss-root-index.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n',
  );
  expect(compressed).toMatch(/Content-Encoding: zstd/);
  const twin = await fetch(`${url}/main/moss-root-index.json.zst`);
  expect(twin.headers.get('content-type')).toBe('application/zstd');
  expect(twin.headers.get('content-encoding')).toBeNull();
});

it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('does not know %s', async (method) => {
  const response = await fetch(`${url}/main/new`, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
  expect(readdirSync(join(publicDir, 'main'))).not.toContain('new');
});

it.each([
  '/../secret',
  '/main/../../secret',
  '/main/%2e%2e/%2e%2e/secret',
  '/main/..%2f..%2fsecret',
  '/main/link',
  '/main/%00',
  '/main/moss-root-index.json.x.partial',
  '//etc/passwd',
  '/etc/passwd',
  '/nothing',
  'http://elsewhere/main',
])('finds nothing at %s', async (target) => {
  const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(answer).not.toContain('root:');
  expect(answer).not.toMatch(/\r\n\r\nsecret/);
});

it('lists a directory as page and as JSON, hiding drafts and twins', async () => {
  const page = await fetch(`${url}/main/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  const html = await page.text();
  expect(html).toContain('moss-root-index.json<');
  expect(html).toContain('&#60;b&#62;&#38;.txt');
  expect(html).not.toContain('<b>');
  expect(html).not.toContain('.zst');
  expect(html).not.toContain('.partial');
  const json = await fetch(`${url}/main/`, { headers: { Accept: 'application/json' } });
  expect(await json.json()).toEqual({
    path: '/main/',
    entries: [
      { name: 'history', type: 'directory' },
      { name: 'pool', type: 'directory' },
      { name: '<b>&.txt', type: 'file', sizeBytes: 0 },
      { name: 'empty', type: 'file', sizeBytes: 0 },
      { name: 'moss-root-index.json', type: 'file', sizeBytes: ROOT.length },
    ],
  });
  const slashless = await fetch(`${url}/main/pool`, { redirect: 'manual' });
  expect(slashless.status).toBe(308);
  expect(slashless.headers.get('location')).toBe('/main/pool/');
  expect((await fetch(`${url}/main/nowhere/`)).status).toBe(404);
  expect((await fetch(`${url}/main/empty/`)).status).toBe(404);
  expect((await fetch(`${url}/`)).status).toBe(200);
});

it('sends an empty file, and survives readers that leave', async () => {
  const empty = await fetch(`${url}/main/empty`);
  expect([empty.status, (await empty.arrayBuffer()).byteLength]).toEqual([200, 0]);
  for (let reader = 0; reader < 20; reader += 1) {
    const leaving = new AbortController();
    const response = await fetch(`${url}/${POOL_FILE}`, { signal: leaving.signal });
    leaving.abort();
    await response.arrayBuffer().catch(() => undefined);
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

it('mixes no bytes of one file into another while many read, stall and leave', async () => {
  mkdirSync(join(publicDir, 'many/pool'), { recursive: true });
  const files = Array.from({ length: 12 }, (_, number) => ({
    path: `many/pool/${number}.stone`,
    bytes: randomBytes(3_000_000 + number),
  }));
  for (const { path, bytes } of files) writeFileSync(join(publicDir, path), bytes);
  const stalled = Array.from({ length: 40 }, (_, number) => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(`GET /${files[number % 12]?.path ?? ''} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return socket;
  });
  const leave = async (path: string) => {
    const leaving = new AbortController();
    const response = fetch(`${url}/${path}`, { signal: leaving.signal });
    await new Promise(setImmediate);
    leaving.abort();
    await response.catch(() => undefined);
  };
  const read = async ({ path, bytes }: (typeof files)[number]) => {
    const response = await fetch(`${url}/${path}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes), path).toBe(true);
  };
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(files.flatMap((file) => [leave(file.path), read(file), leave(file.path)]));
    for (const socket of stalled.splice(0, 10)) socket.destroy();
  }
});
