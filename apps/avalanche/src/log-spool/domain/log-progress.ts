import { type ErrorCode } from '@cairn/contracts';

/** What to do after an answer to a piece of log. */
export type LogStep =
  /** Go on from this offset. */
  | { readonly kind: 'go-on'; readonly offset: number }
  /** Send the same again after a pause. */
  | { readonly kind: 'retry' }
  /** summit will never take the rest. */
  | { readonly kind: 'give-up'; readonly code: string };

/** Answers after which no further piece will ever be taken. */
const FINAL_CODES: readonly ErrorCode[] = [
  'attempt.not-found',
  'attempt.fence-stale',
  'log.too-large',
];

/** What follows from summit's reply to a piece that reached from `sent.from` to `sent.to`. */
export function afterReply(
  sent: { readonly from: number; readonly to: number },
  nextOffset: number,
): LogStep {
  // Without progress the same would be sent for ever at full speed.
  return nextOffset === sent.from && sent.to > sent.from
    ? { kind: 'retry' }
    : { kind: 'go-on', offset: nextOffset };
}

/** What follows from an error. `log.offset-mismatch` names the offset that summit is at. */
export function afterError(
  code: ErrorCode,
  details: Readonly<Record<string, unknown>>,
  sentFrom: number,
): LogStep {
  if (code === 'log.offset-mismatch') {
    const expected = details['expectedOffset'];
    const isUsable =
      typeof expected === 'number' && Number.isSafeInteger(expected) && expected >= 0;
    return isUsable && expected !== sentFrom
      ? { kind: 'go-on', offset: expected }
      : { kind: 'retry' };
  }
  return FINAL_CODES.includes(code) ? { kind: 'give-up', code } : { kind: 'retry' };
}

/** Whether the whole log is with summit. */
export function isDelivered(log: {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly isGrowing: boolean;
}): boolean {
  return !log.isGrowing && log.offset >= log.sizeBytes;
}
