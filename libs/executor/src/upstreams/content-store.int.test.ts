import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ContentStore, type ContentOrder } from './content-store.js';
import { download } from './download.js';

const LARGE = Buffer.alloc(40_000, 'abcdefg');
const BODY = Buffer.from('an upstream file\n');
const SHA256 = createHash('sha256').update(BODY).digest('hex');
let server: Server;
let base: string;
let dir: string;
let hits: string[] = [];
let ranges: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(request.url ?? '');
    switch (request.url) {
      case '/file':
      case `/aside/${SHA256}`:
        response.end(BODY);
        break;
      case '/wrong':
        response.end('other bytes');
        break;
      case '/inside':
        response.writeHead(302, { location: `${base}/file` }).end();
        break;
      case '/loop':
        response.writeHead(302, { location: '/loop' }).end();
        break;
      case '/scheme':
        response.writeHead(302, { location: 'file:///etc/passwd' }).end();
        break;
      case '/endless':
        response.write(Buffer.alloc(100_000));
        break;
      case '/cut':
        response.writeHead(200, { 'content-length': '1000' });
        response.write('short');
        setTimeout(() => response.destroy(), 20);
        break;
      case '/flaky':
        if (hits.filter((hit) => hit === '/flaky').length < 3) response.destroy();
        else response.end(BODY);
        break;
      case '/torn':
      case '/torn-and-changed':
        tear(request, response);
        break;
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'cairn-content-'));
  hits = [];
});

/** Breaks the first answer in the middle; later ones send the rest of the file that the client names, or the whole. */
function tear(request: IncomingMessage, response: ServerResponse): void {
  const { range } = request.headers;
  ranges.push(range);
  if (hits.filter((hit) => hit === request.url).length === 1) {
    response.writeHead(200, { 'content-length': LARGE.byteLength, etag: '"one"' });
    response.write(LARGE.subarray(0, 20_000));
    setTimeout(() => response.destroy(), 50);
    return;
  }
  const isSame = request.url === '/torn' && request.headers['if-range'] === '"one"';
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  if (!isSame || from === 0) {
    response.writeHead(200, { etag: '"two"' }).end(LARGE);
    return;
  }
  const place = `bytes ${from}-${LARGE.byteLength - 1}/${LARGE.byteLength}`;
  response.writeHead(206, { 'content-range': place, etag: '"one"' }).end(LARGE.subarray(from));
}

function order(more: Partial<ContentOrder>): ContentOrder {
  return {
    sha256: SHA256,
    lookaside: [],
    url: undefined,
    sizeMaxBytes: 50_000,
    allowPrivateTargets: true,
    signal: new AbortController().signal,
    ...more,
  };
}

it('asks the cache, then the lookasides, then the network', async () => {
  const aside = mkdtempSync(path.join(tmpdir(), 'cairn-aside-'));
  writeFileSync(path.join(aside, SHA256), BODY);
  const store = new ContentStore(dir);
  const found = await store.fetch(order({ lookaside: ['/nowhere', aside], url: `${base}/file` }));
  expect(found.ok && readFileSync(found.value)).toEqual(BODY);
  expect(hits).toEqual([]);
  expect((await store.fetch(order({}))).ok).toBe(true);

  const other = new ContentStore(mkdtempSync(path.join(tmpdir(), 'cairn-content-')));
  expect(
    (await other.fetch(order({ lookaside: [`${base}/aside/`], url: `${base}/file` }))).ok,
  ).toBe(true);
  expect(hits).toEqual([`/aside/${SHA256}`]);
});

it('takes nothing that has another hash, from wherever', async () => {
  const aside = mkdtempSync(path.join(tmpdir(), 'cairn-aside-'));
  writeFileSync(path.join(aside, SHA256), 'forged');
  const store = new ContentStore(dir);
  expect(await store.fetch(order({ lookaside: [aside], url: `${base}/wrong` }))).toMatchObject({
    error: { code: 'content.hash-mismatch' },
  });
  expect(readdirSync(path.join(dir, SHA256.slice(0, 2)))).toEqual([]);
  expect(await store.fetch(order({ sha256: SHA256.toUpperCase() }))).toMatchObject({
    error: { code: 'content.bad-hash' },
  });
  writeFileSync(path.join(dir, SHA256.slice(0, 2), SHA256), 'rotten');
  const mended = await store.fetch(order({ url: `${base}/file` }));
  expect(mended.ok && readFileSync(mended.value)).toEqual(BODY);
});

it('tries again after a lost connection, not after a refusal', async () => {
  const store = new ContentStore(dir);
  expect((await store.fetch(order({ url: `${base}/flaky` }))).ok).toBe(true);
  hits = [];
  const other = new ContentStore(mkdtempSync(path.join(tmpdir(), 'cairn-content-')));
  expect(await other.fetch(order({ url: `${base}/gone` }))).toMatchObject({
    error: { code: 'content.unreachable' },
  });
  expect(hits).toEqual(['/gone']);
});

it.each(['/torn', '/torn-and-changed'])(
  'goes on where a lost connection left off, if the file is still the same: %s',
  async (url) => {
    ranges = [];
    const notes: string[] = [];
    const fetched = await new ContentStore(dir).fetch(
      order({
        sha256: createHash('sha256').update(LARGE).digest('hex'),
        url: `${base}${url}`,
        onProgress: (message) => notes.push(message),
      }),
    );
    expect(fetched.ok && readFileSync(fetched.value).equals(LARGE)).toBe(true);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(notes).toContain(`downloading the rest of ${base}${url}`);
  },
);

it('keeps the limits of a download', async () => {
  const fetchIt = (
    url: string,
    more: {
      allowPrivateTargets?: boolean;
      timeoutMs?: number;
      sizeMaxBytes?: number;
      signal?: AbortSignal;
    } = {},
  ) =>
    download({
      url,
      target: path.join(dir, 'file'),
      sizeMaxBytes: 50_000,
      timeoutMs: 5_000,
      allowPrivateTargets: true,
      signal: new AbortController().signal,
      ...more,
    });
  expect(await fetchIt(`${base}/inside`)).toMatchObject({ ok: true });
  expect(await fetchIt(`${base}/endless`)).toMatchObject({ error: { code: 'download.too-large' } });
  expect(
    await fetchIt(`${base}/endless`, { sizeMaxBytes: 1_000_000, timeoutMs: 200 }),
  ).toMatchObject({ error: { code: 'download.time-limit' } });
  expect(
    await fetchIt(`${base}/endless`, { sizeMaxBytes: 1_000_000, signal: AbortSignal.timeout(100) }),
  ).toMatchObject({ error: { code: 'download.cancelled' } });
  expect(await fetchIt(`${base}/loop`)).toMatchObject({ error: { code: 'download.refused' } });
  expect(await fetchIt(`${base}/scheme`)).toMatchObject({ error: { code: 'download.refused' } });
  expect(await fetchIt(`${base}/cut`)).toMatchObject({ error: { code: 'download.unreachable' } });
});

it('reaches no inside target by address or by name', async () => {
  hits = [];
  const refused = async (url: string) =>
    download({
      url,
      target: path.join(dir, 'file'),
      sizeMaxBytes: 100,
      timeoutMs: 5_000,
      allowPrivateTargets: false,
      signal: new AbortController().signal,
    });
  const { port } = new URL(base);
  for (const url of [
    `${base}/file`,
    `http://localhost:${port}/file`,
    `http://[::1]:${port}/file`,
    `http://2130706433:${port}/file`,
    `http://0x7f.1:${port}/file`,
    `http://[::ffff:127.0.0.1]:${port}/file`,
    'http://user:secret@example.org/x',
  ]) {
    expect(await refused(url), url).toMatchObject({
      ok: false,
      error: { code: 'download.refused' },
    });
  }
  expect(hits).toEqual([]);
});
