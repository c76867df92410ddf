import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AppError,
  attemptFailed,
  attemptSucceeded,
  type ErrorCode,
  type NatsContract,
} from '@cairn/contracts';
import { createLogger } from '@cairn/observability';
import { systemClock, type Instant } from '@cairn/std';
import { eventually } from '@cairn/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { anOrder } from '../journal/domain/an-order.js';
import { newAttempt } from '../journal/domain/attempt.js';
import { LogShelf } from '../log-spool/log-shelf.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { type SummitPort } from '../summit.port.js';
import { ResultReporter } from './result-reporter.js';

/** Answers as it is told to, one answer per offer; the last one stays. */
class Judge implements SummitPort {
  readonly offers: { contract: NatsContract; body: unknown }[] = [];
  answers: ('taken' | 'refused' | ErrorCode)[] = ['taken'];
  onOffer: () => Promise<void> = () => Promise.resolve();

  async request(contract: NatsContract, body: unknown): Promise<never> {
    this.offers.push({ contract, body });
    await this.onOffer();
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer === 'taken' || answer === 'refused') return { outcome: answer } as never;
    throw new AppError(answer ?? 'internal', 'no');
  }

  requestWithBytes(): Promise<never> {
    return Promise.reject(new Error('nothing but results'));
  }
}

const log = createLogger({ name: 'test', level: 'silent' });
const order = anOrder();
const id = order.attemptId;
const collectable = {
  kind: 'package',
  name: 'a.stone',
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
} as const;
let state: StateDirectory;
let ledger: AttemptLedger;
let judge: Judge;
let reporter: ResultReporter;

beforeEach(async () => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-report-')));
  ledger = new AttemptLedger({ store: new AttemptStore(state), clock: systemClock, log });
  judge = new Judge();
  const shelf = new LogShelf(state);
  reporter = new ResultReporter({ ledger, shelf, summit: judge, log, random: () => 0 });
  await ledger.add(newAttempt({ order, slot: 0, receivedAt: 1 as Instant }));
  await ledger.apply(id, { kind: 'started' });
});
afterEach(async () => {
  await reporter.stop(0);
  rmSync(state.root, { recursive: true, force: true });
});

const succeed = () => ledger.apply(id, { kind: 'succeeded', collectables: [collectable] });
const statusIs = (status: string) =>
  eventually(() => expect(ledger.get(id)?.status).toBe(status), { timeoutMs: 3_000 });

it('holds what is taken', async () => {
  reporter.start();
  await succeed();
  await statusIs('holding');
  expect(judge.offers).toEqual([
    {
      contract: attemptSucceeded,
      body: { attemptId: id, fence: 1, logSizeBytes: 0, collectables: [collectable] },
    },
  ]);
});

it('drops what is refused or belongs to an attempt that summit does not know', async () => {
  judge.answers = ['attempt.not-found'];
  reporter.start();
  await succeed();
  await statusIs('dropped');
});

it('offers again after a pause until it is answered', async () => {
  judge.answers = ['peer.timeout', 'internal', 'taken'];
  await succeed();
  reporter.start();
  await eventually(() => expect(judge.offers).toHaveLength(1));
  reporter.wake();
  await eventually(() => expect(judge.offers.length).toBeGreaterThan(1));
  expect(ledger.get(id)?.status).toBe('reporting');
  await statusIs('holding');
  expect(judge.offers).toHaveLength(3);
});

it.each([
  ['was not answered', 'peer.timeout'],
  ['was taken', 'taken'],
] as const)('offers the cancellation of a result whose offer %s meanwhile', async (_, first) => {
  judge.onOffer = async () => {
    judge.onOffer = () => Promise.resolve();
    await ledger.apply(id, { kind: 'stop-requested', reason: 'cancelled' });
  };
  judge.answers = [first, 'taken'];
  reporter.start();
  await succeed();
  await statusIs('released');
  expect(judge.offers.map(({ contract }) => contract)).toEqual([attemptSucceeded, attemptFailed]);
  expect(judge.offers.at(-1)?.body).toMatchObject({ failure: { class: 'cancelled' } });
});

it('ends in bounded time although nobody answers', async () => {
  judge.answers = ['peer.unreachable'];
  reporter.start();
  await succeed();
  await eventually(() => expect(judge.offers.length).toBeGreaterThan(0));
  const began = performance.now();
  await reporter.stop(50);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(ledger.get(id)?.status).toBe('reporting');
});
