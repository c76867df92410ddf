import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@cairn/observability';
import { HOUR_MS } from '@cairn/std';
import { eventually, ManualClock } from '@cairn/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { anOrder } from '../journal/domain/an-order.js';
import { newAttempt } from '../journal/domain/attempt.js';
import { stateDirectory, type AttemptDirectory, type StateDirectory } from '../state-directory.js';
import { AttemptCleaner } from './attempt-cleaner.js';

const log = createLogger({ name: 'test', level: 'silent' });
const order = anOrder();
const id = order.attemptId;
let state: StateDirectory;
let files: AttemptDirectory;
let clock: ManualClock;
let ledger: AttemptLedger;
let cleaner: AttemptCleaner;

beforeEach(async () => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-cleaner-')));
  files = state.attempt(id);
  clock = new ManualClock();
  ledger = new AttemptLedger({ store: new AttemptStore(state), clock, log });
  cleaner = new AttemptCleaner({ state, ledger, clock, log });
  await ledger.add(newAttempt({ order, slot: 0, receivedAt: clock.now() }));
  await ledger.apply(id, { kind: 'started' });
  for (const dir of [files.artefacts, path.join(files.work, 'sealed')]) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, 'file'), 'x');
  }
  chmodSync(path.join(files.work, 'sealed'), 0o500);
  cleaner.start();
});
afterEach(() => {
  cleaner.stop();
  rmSync(state.root, { recursive: true, force: true });
});

const succeed = () =>
  ledger.apply(id, {
    kind: 'succeeded',
    collectables: [{ kind: 'package', name: 'file', sizeBytes: 1, sha256: 'a'.repeat(64) }],
  });

it('keeps artefacts until they are let go, then the memory for an hour', async () => {
  await succeed();
  await ledger.apply(id, { kind: 'taken' });
  await cleaner.sweep();
  expect(existsSync(path.join(files.artefacts, 'file'))).toBe(true);
  await ledger.apply(id, { kind: 'release-ordered' });
  await eventually(() => expect(existsSync(files.artefacts)).toBe(false));
  await eventually(() => expect(existsSync(files.work)).toBe(false));
  await ledger.setLogDelivery(id, 'delivered');
  clock.advance(HOUR_MS - 1);
  await cleaner.sweep();
  expect(ledger.get(id)).toBeDefined();
  clock.advance(1);
  await cleaner.sweep();
  expect(ledger.get(id)).toBeUndefined();
  expect(existsSync(files.root)).toBe(false);
});

it('never forgets an attempt whose log is not delivered', async () => {
  await succeed();
  await ledger.apply(id, { kind: 'refused' });
  clock.advance(100 * HOUR_MS);
  await cleaner.sweep();
  expect(ledger.get(id)?.status).toBe('dropped');
  expect(existsSync(files.artefacts)).toBe(false);
});

it('removes the artefacts of a success that was cancelled while it was offered', async () => {
  await succeed();
  await ledger.apply(id, { kind: 'stop-requested', reason: 'cancelled' });
  await eventually(() => expect(existsSync(files.artefacts)).toBe(false));
});
