import { AppError, type Collectable } from '@cairn/contracts';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fetchArtefact, type ArtefactFetch } from './fetch-artefact.js';
import { RequestWindow } from './request-window.js';

const dir = mkdtempSync(join(tmpdir(), 'cairn-fetch-'));
afterAll(() => rmSync(dir, { recursive: true }));

const BYTES = randomBytes(5 * 524_288 + 77);
let files = 0;

function artefact(bytes: Uint8Array = BYTES): Collectable {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'package', name: 'a.stone', sizeBytes: bytes.byteLength, sha256 };
}

/** A builder that has the bytes; `reads` notes what it was asked for. */
function fetchOf(more: Partial<ArtefactFetch> & { readonly bytes?: Uint8Array } = {}) {
  const reads: number[] = [];
  const bytes = more.bytes ?? BYTES;
  files += 1;
  const fetch: ArtefactFetch = {
    collectable: artefact(bytes),
    path: join(dir, `file-${files}`),
    read: async ({ offset, lengthBytes }) => {
      reads.push(offset);
      return { sizeBytes: bytes.byteLength, bytes: bytes.subarray(offset, offset + lengthBytes) };
    },
    window: new RequestWindow(16),
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
  return { fetch, reads };
}

it('brings the bytes to disk', async () => {
  const { fetch, reads } = fetchOf();
  expect(await fetchArtefact(fetch)).toEqual({ ok: true, value: undefined });
  expect(readFileSync(fetch.path).equals(BYTES)).toBe(true);
  expect(reads).toHaveLength(6);
});

it('brings an empty file', async () => {
  const { fetch } = fetchOf({ bytes: new Uint8Array(0) });
  expect((await fetchArtefact(fetch)).ok).toBe(true);
  expect(statSync(fetch.path).size).toBe(0);
});

it('goes on where an earlier try ended', async () => {
  const { fetch, reads } = fetchOf();
  writeFileSync(fetch.path, BYTES.subarray(0, 1_500_000));
  expect((await fetchArtefact(fetch)).ok).toBe(true);
  expect(Math.min(...reads)).toBe(1_500_000);
  expect(readFileSync(fetch.path).equals(BYTES)).toBe(true);
});

it('begins again when what lay there was wrong, rather than blame the builder', async () => {
  const { fetch } = fetchOf();
  writeFileSync(fetch.path, randomBytes(1_000_000));
  expect((await fetchArtefact(fetch)).ok).toBe(true);
  const tooLong = fetchOf();
  writeFileSync(tooLong.fetch.path, randomBytes(BYTES.byteLength + 1));
  expect((await fetchArtefact(tooLong.fetch)).ok).toBe(true);
});

it('refuses a flipped byte', async () => {
  const flipped = Uint8Array.from(BYTES);
  flipped[1_000_000] = (flipped[1_000_000] ?? 0) ^ 1;
  const { fetch } = fetchOf({ bytes: flipped });
  expect(await fetchArtefact({ ...fetch, collectable: artefact(BYTES) })).toMatchObject({
    ok: false,
    error: { code: 'artefacts.hash-mismatch' },
  });
});

it('refuses another size than was announced', async () => {
  const { fetch } = fetchOf();
  const collectable = { ...artefact(), sizeBytes: BYTES.byteLength + 1 };
  expect(await fetchArtefact({ ...fetch, collectable })).toMatchObject({
    error: { code: 'artefacts.size-mismatch' },
  });
});

it('throws what may pass and keeps what it has', async () => {
  const { fetch } = fetchOf();
  const away = {
    ...fetch,
    read: async (range: Parameters<ArtefactFetch['read']>[0]) => {
      if (range.offset >= 1_000_000) throw new AppError('peer.timeout', 'No answer.');
      return fetch.read(range);
    },
  };
  await expect(fetchArtefact(away)).rejects.toMatchObject({ code: 'peer.timeout' });
  expect(statSync(fetch.path).size).toBe(2 * 524_288);
  expect((await fetchArtefact(fetch)).ok).toBe(true);
});

it('ends at once when it is given up, whatever it waits for', async () => {
  const cancelling = new AbortController();
  const { fetch } = fetchOf({
    signal: cancelling.signal,
    read: () => new Promise(() => undefined),
  });
  const ended = fetchArtefact(fetch);
  setTimeout(() => cancelling.abort(), 20);
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
});

it('never has more requests under way than the window allows', async () => {
  let underWay = 0;
  let most = 0;
  const { fetch } = fetchOf({ window: new RequestWindow(3) });
  const slow = {
    ...fetch,
    read: async (range: Parameters<ArtefactFetch['read']>[0]) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay -= 1;
      return fetch.read(range);
    },
  };
  expect((await fetchArtefact(slow)).ok).toBe(true);
  expect(most).toBe(3);
});
