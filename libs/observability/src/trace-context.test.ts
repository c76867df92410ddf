import { expect, it } from 'vitest';
import { childTrace, formatTraceparent, newTrace, parseTraceparent } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it('reads what it writes', () => {
  const trace = newTrace();
  expect(parseTraceparent(formatTraceparent(trace))).toEqual(trace);
});

it('keeps the trace and changes the span for a child', () => {
  const parent = newTrace();
  const child = childTrace(parent);
  expect(child.traceId).toBe(parent.traceId);
  expect(child.spanId).not.toBe(parent.spanId);
});

it.each([
  ['version 00', `00-${TRACE}-${SPAN}-01`, true],
  ['a later version with more fields', `01-${TRACE}-${SPAN}-01-more`, true],
  ['version 00 with more fields', `00-${TRACE}-${SPAN}-01-more`, false],
  ['the forbidden version', `ff-${TRACE}-${SPAN}-01`, false],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`, false],
  ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`, false],
  ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
  ['a line break', `00-${TRACE}-${SPAN}-01\n`, false],
  ['nothing', '', false],
  ['a very long text', `01-${TRACE}-${SPAN}-01-${'x'.repeat(1_000)}`, false],
])('judges %s', (_name, header, isValid) => {
  expect(parseTraceparent(header) !== undefined).toBe(isValid);
});
