const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const PRISMA_WRITE_CONFLICT = 'P2034';
const ADAPTER_WRITE_CONFLICT = 'TransactionWriteConflict';
const CONFLICT_MARKS: ReadonlySet<unknown> = new Set([
  SERIALIZATION_FAILURE,
  DEADLOCK_DETECTED,
  PRISMA_WRITE_CONFLICT,
  ADAPTER_WRITE_CONFLICT,
]);
const UNIQUE_MARKS: ReadonlySet<unknown> = new Set(['23505', 'P2002', 'UniqueConstraintViolation']);
const TIMEOUT_MARKS: ReadonlySet<unknown> = new Set(['57014']);
/** Where Prisma, its driver adapter and `pg` keep the code or wrap the error that has it. */
const MARK_FIELDS = ['code', 'originalCode', 'kind'] as const;
const WRAPPER_FIELDS = ['cause', 'meta', 'driverAdapterError'] as const;
const WRAPPING_DEPTH_MAX = 8;

/** Whether Postgres ended the transaction only because of a rival: a serialization failure or a deadlock. */
export function isTransactionConflict(error: unknown): boolean {
  return hasMark(error, CONFLICT_MARKS, 0);
}

/** Whether the error, or one that it wraps, says that a unique constraint was violated. */
export function isUniqueViolation(error: unknown): boolean {
  return hasMark(error, UNIQUE_MARKS, 0);
}

/** Whether Postgres ended a statement because it ran longer than `statement_timeout` allows. */
export function isStatementTimeout(error: unknown): boolean {
  return hasMark(error, TIMEOUT_MARKS, 0);
}

function hasMark(error: unknown, marks: ReadonlySet<unknown>, depth: number): boolean {
  if (typeof error !== 'object' || error === null || depth > WRAPPING_DEPTH_MAX) return false;
  const fields = error as Readonly<Record<string, unknown>>;
  if (MARK_FIELDS.some((name) => marks.has(fields[name]))) return true;
  return WRAPPER_FIELDS.some((name) => hasMark(fields[name], marks, depth + 1));
}
