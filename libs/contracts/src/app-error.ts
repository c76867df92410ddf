import { IS_RETRYABLE, KIND_OF, STATUS_OF, type ErrorCode, type ErrorKind } from './error-codes.js';

/** Facts that help the reader of an error; must hold no secret, for callers see them. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The one error that services raise on purpose: the code decides kind, status, retry and log level. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get kind(): ErrorKind {
    return KIND_OF[this.code];
  }

  get status(): number {
    return STATUS_OF[this.kind];
  }

  get isRetryable(): boolean {
    return IS_RETRYABLE[this.kind];
  }
}

/** The body of an error on both transports. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails;
  /** Given instead of a cause when the error is ours; the log has the rest under it. */
  readonly errorId?: string;
}
