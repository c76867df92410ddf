import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError, LOG_CHUNK_SIZE_BYTES_MAX, type ErrorCode } from '@cairn/contracts';
import { createLogger } from '@cairn/observability';
import { systemClock, type Instant } from '@cairn/std';
import { eventually } from '@cairn/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { anOrder } from '../journal/domain/an-order.js';
import { newAttempt } from '../journal/domain/attempt.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { type SummitPort } from '../summit.port.js';
import { LogPusher } from './log-pusher.js';
import { LogShelf } from './log-shelf.js';

/** The log as the other side has it; can be cut off and can refuse. */
class LogKeeper implements SummitPort {
  bytes = Buffer.alloc(0);
  pieces = 0;
  refusal: ErrorCode | undefined;

  request(): Promise<never> {
    return Promise.reject(new Error('nothing but logs'));
  }

  async requestWithBytes(_: unknown, meta: unknown, bytes: Uint8Array): Promise<never> {
    this.pieces += 1;
    const { offset } = meta as { offset: number };
    if (this.refusal !== undefined) throw new AppError(this.refusal, 'refused');
    if (bytes.byteLength > LOG_CHUNK_SIZE_BYTES_MAX) throw new Error('too large');
    if (offset !== this.bytes.byteLength) {
      throw new AppError('log.offset-mismatch', 'elsewhere', {
        expectedOffset: this.bytes.byteLength,
      });
    }
    this.bytes = Buffer.concat([this.bytes, bytes]);
    return { nextOffset: this.bytes.byteLength } as never;
  }
}

const log = createLogger({ name: 'test', level: 'silent' });
const order = anOrder();
const id = order.attemptId;
let state: StateDirectory;
let keeper: LogKeeper;
let ledger: AttemptLedger;
let shelf: LogShelf;
let pusher: LogPusher;

function begin(): void {
  ledger = new AttemptLedger({ store: new AttemptStore(state), clock: systemClock, log });
  shelf = new LogShelf(state);
  pusher = new LogPusher({ ledger, shelf, summit: keeper, log, random: () => 0 });
}

beforeEach(() => {
  state = stateDirectory(mkdtempSync(path.join(tmpdir(), 'cairn-log-')));
  keeper = new LogKeeper();
  begin();
});
afterEach(async () => {
  await pusher.stop();
  rmSync(state.root, { recursive: true, force: true });
});

async function build(): Promise<void> {
  await ledger.add(newAttempt({ order, slot: 0, receivedAt: 1 as Instant }));
  pusher.start();
  await ledger.apply(id, { kind: 'started' });
}

async function fail(): Promise<void> {
  shelf.end(id);
  const failure = { class: 'recipe', code: 'x.y', step: 'build', message: 'm' } as const;
  await ledger.apply(id, { kind: 'failed', failure });
}

it('sends while the build runs and notes when everything is there', async () => {
  await build();
  const spool = shelf.begin(id, 1_000);
  spool.append(Buffer.from('one\n'));
  const began = performance.now();
  await eventually(() => expect(keeper.bytes.toString()).toBe('one\n'));
  expect(performance.now() - began).toBeLessThan(1_000);
  spool.append(Buffer.from('two\n'));
  await fail();
  await eventually(() => expect(ledger.get(id)?.log).toBe('delivered'));
  expect(keeper.bytes.toString()).toBe('one\ntwo\n');
});

it('brings a long log in pieces', async () => {
  await build();
  const text = Buffer.alloc(3 * LOG_CHUNK_SIZE_BYTES_MAX + 17, 'log ');
  shelf.begin(id, text.byteLength).append(text);
  await fail();
  await eventually(() => expect(ledger.get(id)?.log).toBe('delivered'));
  expect(keeper.bytes.equals(text)).toBe(true);
});

it('goes on after a restart where summit is', async () => {
  await build();
  shelf.begin(id, 1_000).append(Buffer.from('before '));
  await eventually(() => expect(keeper.bytes.toString()).toBe('before '));
  await pusher.stop();
  shelf.end(id);
  appendFileSync(state.attempt(id).log, 'after');
  begin();
  await ledger.load();
  await ledger.apply(id, { kind: 'restarted' });
  pusher.start();
  await eventually(() => expect(ledger.get(id)?.log).toBe('delivered'));
  expect(keeper.bytes.toString()).toBe('before after');
});

it('waits while summit is away, however much is printed, and goes on when it is back', async () => {
  keeper.refusal = 'peer.unreachable';
  await build();
  const spool = shelf.begin(id, 10_000);
  for (let line = 0; line < 100; line += 1) {
    spool.append(Buffer.from('x'));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(keeper.pieces).toBeLessThan(5);
  keeper.refusal = undefined;
  pusher.wake();
  await eventually(() => expect(keeper.bytes.byteLength).toBe(100));
});

it('gives up when summit does not know the attempt', async () => {
  keeper.refusal = 'attempt.not-found';
  await build();
  shelf.begin(id, 1_000).append(Buffer.from('x'));
  await eventually(() => expect(ledger.get(id)?.log).toBe('given-up'));
});

it('keeps the limit and says that the rest is missing', () => {
  const spool = shelf.begin(id, 10);
  spool.append(Buffer.from('0123456'));
  spool.append(Buffer.from('789abc'));
  spool.append(Buffer.from('more'));
  shelf.end(id);
  spool.append(Buffer.from('late'));
  return expect(
    shelf
      .read(id, { offset: 0, lengthBytes: 1_000 })
      .then((bytes) => Buffer.from(bytes).toString()),
  ).resolves.toBe('0123456789\n[the log has reached its limit and ends here]\n');
});
