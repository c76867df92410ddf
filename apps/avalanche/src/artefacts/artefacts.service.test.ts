import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { createLogger } from '@cairn/observability';
import { systemClock, type Instant } from '@cairn/std';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { anOrder } from '../journal/domain/an-order.js';
import { newAttempt, type Attempt } from '../journal/domain/attempt.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { ArtefactsService } from './artefacts.service.js';

const log = createLogger({ name: 'test', level: 'silent' });
const content = Buffer.from('0123456789');
const sha256 = createHash('sha256').update(content).digest('hex');
const attemptId = anOrder().attemptId;
let state: StateDirectory;
let file: string;

beforeEach(() => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-artefacts-')));
  const { artefacts } = state.attempt(attemptId);
  mkdirSync(artefacts, { recursive: true });
  file = path.join(artefacts, 'hello.stone');
  writeFileSync(file, content);
  writeFileSync(path.join(artefacts, 'not-journalled'), 'secret');
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

async function serve(status: Attempt['status']): Promise<ArtefactsService> {
  const ledger = new AttemptLedger({ store: new AttemptStore(state), clock: systemClock, log });
  const collectable = { kind: 'package', name: 'hello.stone', sizeBytes: 10, sha256 } as const;
  await ledger.add({
    ...newAttempt({ order: anOrder(), slot: 0, receivedAt: 1 as Instant }),
    status,
    result: { kind: 'success', collectables: [collectable] },
  });
  return new ArtefactsService({ state, ledger, log });
}

it('reads any span and never beyond the end', async () => {
  const artefacts = await serve('holding');
  const read = async (offset: number, lengthBytes: number) => {
    const piece = await artefacts.read({ attemptId, sha256, offset, lengthBytes });
    expect(piece.reply).toEqual({ sizeBytes: 10 });
    return Buffer.from(piece.bytes).toString();
  };
  expect(await read(0, 4)).toBe('0123');
  expect(await read(8, 400)).toBe('89');
  expect(await read(10, 1)).toBe('');
  await expect(read(11, 1)).rejects.toMatchObject({ code: 'artefact.range-invalid' });
});

it('serves a result that is still being offered, and nothing once it is let go', async () => {
  const want = { attemptId, sha256, offset: 0, lengthBytes: 1 };
  expect((await (await serve('reporting')).read(want)).bytes.byteLength).toBe(1);
  for (const status of ['building', 'released', 'dropped'] as const) {
    await expect((await serve(status)).read(want)).rejects.toMatchObject({
      code: 'artefact.not-found',
    });
  }
});

it('knows only what is in the journal', async () => {
  const artefacts = await serve('holding');
  const other = createHash('sha256').update('secret').digest('hex');
  for (const want of [
    { attemptId, sha256: other },
    { attemptId: '0a3c1b52-7f6e-4b5a-9d3e-000000000000', sha256 },
    { attemptId: '../../etc', sha256 },
  ]) {
    await expect(artefacts.read({ ...want, offset: 0, lengthBytes: 9 })).rejects.toMatchObject({
      code: 'artefact.not-found',
    });
  }
});

it('says so when the file is gone or cut short', async () => {
  const artefacts = await serve('holding');
  const want = { attemptId, sha256, offset: 0, lengthBytes: 10 };
  truncateSync(file, 5);
  await expect(artefacts.read(want)).rejects.toMatchObject({ code: 'artefact.not-found' });
  rmSync(file);
  await expect(artefacts.read(want)).rejects.toMatchObject({ code: 'artefact.not-found' });
});
