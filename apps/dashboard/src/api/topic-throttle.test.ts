import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Topic } from './query-keys.js';
import { TopicThrottle } from './topic-throttle.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('refreshes once a second under a thousand events a second', async () => {
  const rounds: (readonly Topic[])[] = [];
  const throttle = new TopicThrottle(async (topics) => void rounds.push(topics));
  for (let event = 0; event < 3_000; event += 1) {
    throttle.mark(['overview', event % 2 === 0 ? 'tasks' : 'builders']);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(rounds.length).toBeGreaterThanOrEqual(3);
  expect(rounds.length).toBeLessThanOrEqual(4);
  for (const topics of rounds) expect(new Set(topics).size).toBe(topics.length);
});

it('refreshes after the last event, and is quiet then', async () => {
  const refresh = vi.fn(async () => undefined);
  const throttle = new TopicThrottle(refresh);
  throttle.mark(['tasks']);
  await vi.advanceTimersByTimeAsync(150);
  throttle.mark(['tasks']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(refresh).toHaveBeenCalledTimes(2);
});

it('never asks a slow summit twice at once', async () => {
  let running = 0;
  let mostRunning = 0;
  const throttle = new TopicThrottle(async () => {
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    running -= 1;
  });
  for (let event = 0; event < 200; event += 1) {
    throttle.mark(['overview']);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(mostRunning).toBe(1);
});

it('stops when told', async () => {
  const refresh = vi.fn(async () => undefined);
  const throttle = new TopicThrottle(refresh);
  throttle.mark(['tasks']);
  throttle.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(refresh).not.toHaveBeenCalled();
});
