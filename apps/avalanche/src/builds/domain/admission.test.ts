import { ATTEMPTS_PER_BUILDER_MAX } from '@cairn/contracts';
import { type Instant } from '@cairn/std';
import { expect, it } from 'vitest';
import { anOrder } from '../../journal/domain/an-order.js';
import { ATTEMPT_STATUSES, newAttempt, type Attempt } from '../../journal/domain/attempt.js';
import { admit, type AdmissionFacts } from './admission.js';

const free: AdmissionFacts = {
  attempts: new Map(),
  slots: 1,
  architectures: ['x86_64'],
  features: ['splits'],
  isDraining: false,
  isDiskFull: false,
};

let counter = 0;
function other(status: Attempt['status'], slot = 0): [string, Attempt] {
  counter += 1;
  const attemptId = `0a3c1b52-7f6e-4b5a-9d3e-${String(counter).padStart(12, '0')}`;
  const attempt = newAttempt({
    order: anOrder({ attemptId }),
    slot,
    receivedAt: 1 as Instant,
  });
  return [attemptId, { ...attempt, status }];
}

const codeOf = (facts: Partial<AdmissionFacts>, order = anOrder()) => {
  const answer = admit(order, { ...free, ...facts });
  return answer.ok ? 'taken' : answer.error.code;
};

it('takes an order into the first free slot', () => {
  expect(admit(anOrder(), free)).toEqual({ ok: true, value: { slot: 0, isDuplicate: false } });
  const attempts = new Map([other('building', 0), other('reporting', 2)]);
  expect(admit(anOrder(), { ...free, slots: 4, attempts })).toMatchObject({ value: { slot: 1 } });
});

it.each(ATTEMPT_STATUSES)('is busy exactly while the slot is needed: %s', (status) => {
  const isBusy = ['received', 'building', 'stopping', 'reporting'].includes(status);
  expect(codeOf({ attempts: new Map([other(status)]) })).toBe(isBusy ? 'builder.busy' : 'taken');
});

it('answers a repeated order as it did the first time, whatever has happened since', () => {
  const order = anOrder();
  for (const status of ATTEMPT_STATUSES) {
    const attempt = { ...newAttempt({ order, slot: 3, receivedAt: 1 as Instant }), status };
    const facts = {
      ...free,
      attempts: new Map([[order.attemptId, attempt]]),
      isDraining: true,
      isDiskFull: true,
    };
    expect(admit(order, facts)).toEqual({ ok: true, value: { slot: 3, isDuplicate: true } });
    expect(admit(anOrder({ fence: 2 }), facts)).toMatchObject({
      error: { code: 'attempt.fence-stale' },
    });
  }
});

it('refuses with the reason', () => {
  expect(codeOf({ isDraining: true })).toBe('builder.draining');
  expect(codeOf({ isDiskFull: true })).toBe('builder.disk-full');
  expect(codeOf({}, anOrder({ architecture: 'aarch64' }))).toBe('builder.feature-missing');
  expect(codeOf({}, anOrder({ mustUnderstand: ['splits'] }))).toBe('taken');
  expect(codeOf({}, anOrder({ mustUnderstand: ['splits', 'magic'] }))).toBe(
    'builder.feature-missing',
  );
});

it('holds no more results than may be reported at once', () => {
  const held = Array.from({ length: ATTEMPTS_PER_BUILDER_MAX }, () => other('holding'));
  expect(codeOf({ attempts: new Map(held) })).toBe('builder.busy');
  expect(codeOf({ attempts: new Map(held.slice(1)) })).toBe('taken');
});
