/** First and longest wait before a lost stream is opened again. */
export const RECONNECT_DELAY_MS = { first: 500, max: 15_000 } as const;

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'closed';

interface StreamMessage {
  readonly id: string;
  readonly data: string;
}

interface StreamOptions {
  /** Asked again at every connection, so that a reader can go on where it stopped. */
  readonly url: () => string;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onState: (state: StreamState) => void;
}

export interface EventStream {
  /** Drops the connection and opens another after the usual wait. */
  readonly reopen: () => void;
  readonly close: () => void;
}

/** Wait before the n-th attempt in a row (from 1) to open a stream again. */
export function reconnectDelayMs(failureCount: number): number {
  const doubled = RECONNECT_DELAY_MS.first * 2 ** Math.min(failureCount - 1, 16);
  return Math.min(doubled, RECONNECT_DELAY_MS.max);
}

/**
 * A stream of server-sent events that always comes back. The browser's own reconnection is not used: it gives up on
 * any status but 200, and it would ask for the first URL again.
 */
export function openEventStream({ url, onMessage, onState }: StreamOptions): EventStream {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let failureCount = 0;
  let closed = false;

  const drop = (): void => {
    source?.close();
    source = null;
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const retryLater = (): void => {
    drop();
    if (closed) return;
    failureCount += 1;
    onState('reconnecting');
    timer = setTimeout(connect, reconnectDelayMs(failureCount));
  };
  function connect(): void {
    drop();
    const opened = new EventSource(url());
    source = opened;
    opened.onopen = () => onState('live');
    opened.onmessage = (event: MessageEvent<unknown>) => {
      if (closed || source !== opened) return;
      onMessage({ id: event.lastEventId, data: typeof event.data === 'string' ? event.data : '' });
      // A message that made its reader ask again does not count as success.
      if (source === opened) failureCount = 0;
    };
    opened.onerror = () => {
      if (source === opened) retryLater();
    };
  }

  onState('connecting');
  connect();
  return {
    reopen: retryLater,
    close: () => {
      closed = true;
      drop();
      onState('closed');
    },
  };
}
