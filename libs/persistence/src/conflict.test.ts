import { expect, it } from 'vitest';
import { isTransactionConflict, isUniqueViolation } from './conflict.js';

it('finds a conflict however deep Prisma wrapped it', () => {
  expect(isTransactionConflict({ code: 'P2034' })).toBe(true);
  const raw = { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '40P01' } } } };
  expect(isTransactionConflict(raw)).toBe(true);
  expect(isTransactionConflict(new Error('outer', { cause: { code: '40001' } }))).toBe(true);
});

it('takes nothing else for a conflict', () => {
  const endless: { cause?: unknown } = {};
  endless.cause = endless;
  for (const error of [null, 'P2034', { code: 'P2002' }, endless, new Error('40001')]) {
    expect(isTransactionConflict(error)).toBe(false);
  }
  expect(isUniqueViolation({ code: 'P2002' })).toBe(true);
});
