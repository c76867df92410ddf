import { randomBytes } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACEPARENT_LENGTH_MAX = 128;
const ALL_ZERO = /^0+$/;

/** The W3C trace context of one piece of work: 32 and 16 hexadecimal digits and whether it is sampled. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Reads a `traceparent` header of any version; undefined when it is absent or malformed. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length > TRACEPARENT_LENGTH_MAX) return undefined;
  const match = TRACEPARENT.exec(header);
  const [, version, traceId, spanId, flags, more] = match ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (ALL_ZERO.test(traceId) || ALL_ZERO.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? '00', 16) & 1) === 1 };
}

/** The header value for a context, in version 00. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.isSampled ? '01' : '00'}`;
}

/** A trace that starts here. */
export function newTrace(): TraceContext {
  return { traceId: hex(TRACE_ID_BYTES), spanId: hex(SPAN_ID_BYTES), isSampled: true };
}

/** A new span of the same trace; without a parent, a new trace. */
export function childTrace(parent: TraceContext | undefined): TraceContext {
  return parent === undefined ? newTrace() : { ...parent, spanId: hex(SPAN_ID_BYTES) };
}

function hex(sizeBytes: number): string {
  return randomBytes(sizeBytes).toString('hex');
}
