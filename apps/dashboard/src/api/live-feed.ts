import { eventViewSchema, streamEvents, urlOf } from '@cairn/contracts';
import { type QueryClient } from '@tanstack/react-query';
import { affectedTopics } from './affected-topics.js';
import { type EventStream, openEventStream, type StreamState } from './event-stream.js';
import { type Topic, TOPICS } from './query-keys.js';
import { TopicThrottle } from './topic-throttle.js';

/** How often everything shown is asked for again while events cannot be heard. */
const POLL_INTERVAL_MS = 15_000;

function parseEvent(data: string): { kind: string } | null {
  try {
    return eventViewSchema.parse(JSON.parse(data));
  } catch {
    return null;
  }
}

/**
 * The one place where server-sent events meet the query cache: each event marks what it makes old. While the stream
 * is down the cache is refreshed at intervals, and wholly when the stream is back, for events may have been missed.
 */
export function startLiveFeed(
  client: QueryClient,
  onState: (state: StreamState) => void,
): EventStream {
  const refresh = async (topics: readonly Topic[]): Promise<void> => {
    await Promise.all(topics.map((topic) => client.invalidateQueries({ queryKey: [topic] })));
  };
  const throttle = new TopicThrottle(refresh);
  let wasLost = false;
  let isLive = false;
  const stream = openEventStream({
    url: () => urlOf(streamEvents),
    onMessage: ({ data }) => {
      const event = parseEvent(data);
      throttle.mark(event === null ? TOPICS : affectedTopics(event));
    },
    onState: (state) => {
      isLive = state === 'live';
      if (isLive && wasLost) throttle.mark(TOPICS);
      wasLost ||= state === 'reconnecting';
      onState(state);
    },
  });
  const poll = setInterval(() => {
    if (!isLive) throttle.mark(TOPICS);
  }, POLL_INTERVAL_MS);
  return {
    reopen: stream.reopen,
    close: () => {
      clearInterval(poll);
      throttle.stop();
      stream.close();
    },
  };
}
