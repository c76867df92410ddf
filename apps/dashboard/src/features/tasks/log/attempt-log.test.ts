import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeEventSource } from '../../../testing/fake-event-source.js';
import { SAMPLE_ATTEMPT_ID } from '../../../testing/sample-views.js';
import { AttemptLog, TAIL_BYTES } from './attempt-log.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeEventSource);
  FakeEventSource.opened = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function openLog(sizeBytes = 0): AttemptLog {
  const log = new AttemptLog(SAMPLE_ATTEMPT_ID, sizeBytes);
  log.open();
  return log;
}

function offsetAsked(): string | null {
  return new URL(FakeEventSource.last().url, 'http://summit').searchParams.get('offset');
}

it('goes on where it stopped after a broken connection', () => {
  const log = openLog();
  FakeEventSource.last().sayBytes(4, bytesOf('one\n'));
  FakeEventSource.last().onerror?.();
  expect(log.state).toBe('reconnecting');
  expect(FakeEventSource.last().isClosed).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(offsetAsked()).toBe('4');
  // The server sends the last piece again, and more.
  FakeEventSource.last().sayBytes(8, bytesOf('one\ntwo\n'), true);
  expect(log.state).toBe('complete');
  expect([0, 1].map((line) => log.buffer.line(line)?.text)).toEqual(['one', 'two']);
  expect(log.buffer.end).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened).toHaveLength(2);
});

it('asks again instead of showing a log with a hole', () => {
  const log = openLog();
  FakeEventSource.last().sayBytes(20, bytesOf('later\n'));
  expect(log.buffer.end).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(FakeEventSource.opened).toHaveLength(2);
  expect(offsetAsked()).toBe('0');
});

it('does not hammer a server that talks nonsense', () => {
  openLog();
  for (let round = 0; round < 600; round += 1) {
    FakeEventSource.last().onopen?.();
    FakeEventSource.last().say('nonsense', { nonsense: true });
    vi.advanceTimersByTime(100);
  }
  // 60 seconds: waits of 0.5, 1, 2, 4, 8, 15, 15, 15 s.
  expect(FakeEventSource.opened.length).toBeLessThan(12);
});

it('enters a long log near its end', () => {
  openLog(TAIL_BYTES * 50);
  expect(offsetAsked()).toBe(String(TAIL_BYTES * 49));
});

it('tells its readers at most ten times a second', () => {
  const log = openLog();
  const listener = vi.fn();
  log.subscribe(listener);
  for (let at = 0; at < 1_000; at += 1) {
    FakeEventSource.last().sayBytes(at + 1, bytesOf('\n'));
    vi.advanceTimersByTime(1);
  }
  expect(listener.mock.calls.length).toBeGreaterThan(5);
  expect(listener.mock.calls.length).toBeLessThanOrEqual(11);
});
