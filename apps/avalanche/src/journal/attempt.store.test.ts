import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Instant } from '@cairn/std';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { AttemptStore } from './attempt.store.js';
import { anOrder } from './domain/an-order.js';
import { newAttempt, type Attempt } from './domain/attempt.js';

let state: StateDirectory;
let store: AttemptStore;
const attempt: Attempt = newAttempt({ order: anOrder(), slot: 0, receivedAt: 5 as Instant });
const other = anOrder({ attemptId: '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a12' });

beforeEach(() => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-journal-')));
  store = new AttemptStore(state);
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

it('reads back what it wrote, result and all', async () => {
  const held: Attempt = {
    ...attempt,
    status: 'holding',
    log: 'delivered',
    result: {
      kind: 'success',
      collectables: [{ kind: 'package', name: 'a.stone', sizeBytes: 1, sha256: 'c'.repeat(64) }],
    },
  };
  await store.save(attempt);
  await store.save(held);
  expect(await store.load()).toEqual({ attempts: [held], damaged: [] });
  const { journal } = state.attempt(attempt.order.attemptId);
  expect(statSync(journal).mode & 0o777).toBe(0o600);
});

it.each([
  ['half a file', (text: string) => text.slice(0, 100)],
  ['an empty file', () => ''],
  ['zeros', () => '\0'.repeat(512)],
  ['another format', (text: string) => text.replace('"format":1', '"format":2')],
  ['an unknown status', (text: string) => text.replace('"received"', '"sleeping"')],
  ["another attempt's journal", () => JSON.stringify({ format: 1, ...attempt, order: other })],
])('moves %s aside and reads the others', async (_, damage) => {
  await store.save(attempt);
  await store.save({ ...attempt, order: other });
  const { journal } = state.attempt(attempt.order.attemptId);
  writeFileSync(journal, damage(readFileSync(journal, 'utf8')));
  const loaded = await store.load();
  expect(loaded.attempts.map(({ order }) => order.attemptId)).toEqual([other.attemptId]);
  expect(loaded.damaged).toHaveLength(1);
  expect(readdirSync(state.attempts).sort()).toEqual([
    other.attemptId,
    `damaged-${attempt.order.attemptId}`,
  ]);
  expect(await store.load()).toMatchObject({ damaged: [] });
});

it('ignores strange names and forgets attempts that were never journalled', async () => {
  mkdirSync(path.join(state.attempts, '..hidden'), { recursive: true });
  mkdirSync(path.join(state.attempts, other.attemptId));
  writeFileSync(path.join(state.attempts, other.attemptId, 'journal.json.new'), '{');
  expect(await store.load()).toEqual({ attempts: [], damaged: [] });
  expect(readdirSync(state.attempts)).toEqual(['..hidden']);
});
