import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { anOrder } from '../journal/domain/an-order.js';
import { failureOfRestart } from '../journal/domain/stop-failure.js';
import { MachineService } from '../machine/machine.service.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { OrderDesk } from './order-desk.js';

const log = createLogger({ name: 'test', level: 'silent' });
let state: StateDirectory;
let ledger: AttemptLedger;
let desk: OrderDesk;
const { architecture } = new MachineService({
  stateDir: tmpdir(),
  minFreeBytes: 0,
  executor: 'sandbox',
}).facts();
const another = () => anOrder({ attemptId: randomUUID(), architecture });

beforeEach(() => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-desk-')));
  ledger = new AttemptLedger({ store: new AttemptStore(state), clock: systemClock, log });
  desk = new OrderDesk({
    ledger,
    machine: new MachineService({ stateDir: state.root, minFreeBytes: 0, executor: 'sandbox' }),
    slots: 2,
    isDraining: () => false,
    clock: systemClock,
    log,
  });
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

it('gives each slot once, however many orders come at the same moment', async () => {
  const taken = await Promise.allSettled(Array.from({ length: 6 }, () => desk.take(another())));
  const slots = taken.flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value.slot] : [],
  );
  expect(slots.sort()).toEqual([0, 1]);
  expect(taken.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});

it('answers the same order the same, and only when it is journalled', async () => {
  const order = another();
  const answers = await Promise.all([desk.take(order), desk.take(order)]);
  expect(answers).toEqual([
    { slot: 0, isDuplicate: false },
    { slot: 0, isDuplicate: true },
  ]);
  expect((await new AttemptStore(state).load()).attempts).toHaveLength(1);
});

it('waits for a slot whose result is just being answered', async () => {
  const orders = [another(), another()];
  for (const order of orders) await desk.take(order);
  const [first] = orders;
  const attemptId = first?.attemptId ?? '';
  await ledger.apply(attemptId, { kind: 'failed', failure: failureOfRestart() });
  const third = desk.take(another());
  await ledger.apply(attemptId, { kind: 'taken' });
  expect(await third).toEqual({ slot: 0, isDuplicate: false });
});

it('refuses what it cannot journal, twice if asked twice', async () => {
  writeFileSync(state.attempts, 'not a directory');
  const order = another();
  const answers = await Promise.allSettled([desk.take(order), desk.take(order)]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ reason: { code: 'builder.disk-full' } });
  }
  expect(ledger.all().size).toBe(0);
});
