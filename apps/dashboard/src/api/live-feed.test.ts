import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeEventSource } from '../testing/fake-event-source.js';
import { sampleEvent } from '../testing/sample-views.js';
import { type StreamState } from './event-stream.js';
import { startLiveFeed } from './live-feed.js';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeEventSource);
  FakeEventSource.opened = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start() {
  const client = new QueryClient();
  for (const topic of ['overview', 'tasks', 'builders', 'repositories', 'channels']) {
    client.setQueryData([topic, 'x'], 1);
  }
  const states: StreamState[] = [];
  const feed = startLiveFeed(client, (state) => states.push(state));
  const isOld = (topic: string) => client.getQueryState([topic, 'x'])?.isInvalidated;
  return { feed, states, isOld };
}

it('makes old what an event is about, and nothing else', async () => {
  const { feed, isOld } = start();
  FakeEventSource.last().onopen?.();
  FakeEventSource.last().say(1, sampleEvent({ kind: 'builder.connected' }));
  await vi.advanceTimersByTimeAsync(200);
  expect([isOld('overview'), isOld('builders'), isOld('tasks')]).toEqual([true, true, false]);
  feed.close();
});

it('says when it is cut off, comes back, and then takes everything for old', async () => {
  const { feed, states, isOld } = start();
  FakeEventSource.last().onopen?.();
  FakeEventSource.last().onerror?.();
  await vi.advanceTimersByTimeAsync(1_000);
  FakeEventSource.last().onopen?.();
  await vi.advanceTimersByTimeAsync(200);
  expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live']);
  expect([isOld('channels'), isOld('repositories')]).toEqual([true, true]);
  feed.close();
  expect(FakeEventSource.last().isClosed).toBe(true);
});

it('asks at intervals while no event can be heard', async () => {
  const { feed, isOld } = start();
  FakeEventSource.last().onerror?.();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(isOld('tasks')).toBe(true);
  feed.close();
});
