import { err, ok, type Result } from '@cairn/std';
import type { StoneError, StoneErrorCode } from '@cairn/stone';
import { stoneError } from '@cairn/stone';

/** Carries a `StoneError` out of a stream; never leaves this library. */
export class StoneRefusal extends Error {
  readonly refusal: StoneError;

  constructor(refusal: StoneError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The value of a result, or its error thrown as a refusal. */
export function orRefuse<T>(result: Result<T, StoneError>): T {
  if (result.ok) return result.value;
  throw new StoneRefusal(result.error);
}

/** Runs work that only reads: a failure of the system becomes a refusal with `stone.unreadable`. */
export async function orUnreadable<T>(work: () => Promise<T>): Promise<T> {
  return orRefuse(await asResult('stone.unreadable', work));
}

/** Runs work on files: refusals and failures of the system become results, everything else is a defect and goes on. */
export async function asResult<T>(
  systemCode: Extract<StoneErrorCode, 'stone.unreadable' | 'stone.write-failed'>,
  work: () => Promise<T>,
): Promise<Result<T, StoneError>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof StoneRefusal) return err(error.refusal);
    if (isSystemError(error)) {
      return err(stoneError(systemCode, { offset: 0 }, { found: error.message }));
    }
    throw error;
  }
}

/** Whether the system refused something: a file that is not there, a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
