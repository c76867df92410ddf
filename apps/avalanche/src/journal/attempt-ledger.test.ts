import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type Instant } from '@cairn/std';
import { createLogger } from '@cairn/observability';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { AttemptLedger } from './attempt-ledger.js';
import { AttemptStore } from './attempt.store.js';
import { anOrder } from './domain/an-order.js';
import { newAttempt, type Attempt } from './domain/attempt.js';

let state: StateDirectory;
let ledger: AttemptLedger;
const order = anOrder();
const id = order.attemptId;
const attempt = newAttempt({ order, slot: 0, receivedAt: 5 as Instant });
const open = () =>
  new AttemptLedger({
    store: new AttemptStore(state),
    clock: systemClock,
    log: createLogger({ name: 'test', level: 'silent' }),
  });

beforeEach(() => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-ledger-')));
  ledger = open();
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

it('has journalled a change before anybody hears of it', async () => {
  const heard: Attempt['status'][] = [];
  const onDisk: Promise<Attempt | undefined>[] = [];
  ledger.onChange((changed) => {
    heard.push(changed.status);
    onDisk.push(new AttemptStore(state).load().then(({ attempts }) => attempts[0]));
  });
  await ledger.add(attempt);
  await ledger.apply(id, { kind: 'started' });
  expect(heard).toEqual(['building']);
  expect((await onDisk[0])?.status).toBe('building');
});

it('carries events out in the order in which they came', async () => {
  const added = ledger.add(attempt);
  const moves = [
    ledger.apply(id, { kind: 'started' }),
    ledger.apply(id, { kind: 'stop-requested', reason: 'cancelled' }),
    ledger.apply(id, {
      kind: 'succeeded',
      collectables: [{ kind: 'package', name: 'a', sizeBytes: 0, sha256: 'd'.repeat(64) }],
    }),
    ledger.apply(id, { kind: 'started' }),
  ];
  await added;
  expect((await Promise.all(moves)).map(({ ok }) => ok)).toEqual([true, true, true, false]);
  expect(ledger.get(id)?.result).toMatchObject({ failure: { code: 'build.cancelled' } });
});

it('gives the slot back when the first journal cannot be written', async () => {
  writeFileSync(state.attempts, 'not a directory');
  const added = ledger.add(attempt);
  expect(ledger.get(id)).toBeDefined();
  await expect(added).rejects.toThrow();
  expect(ledger.get(id)).toBeUndefined();
});

it('refuses events for what it does not know', async () => {
  expect(await ledger.apply(id, { kind: 'started' })).toEqual({
    ok: false,
    error: { code: 'attempt.unknown' },
  });
});

it('forgets closed attempts only', async () => {
  await ledger.add(attempt);
  await ledger.forget(id);
  expect(ledger.get(id)).toBeDefined();
  await ledger.apply(id, { kind: 'stop-requested', reason: 'cancelled' });
  await ledger.apply(id, { kind: 'restarted' });
  await ledger.apply(id, { kind: 'refused' });
  await ledger.forget(id);
  expect(ledger.get(id)).toBeUndefined();
  expect((await open().load()).attempts).toEqual([]);
});
