import { type Response } from 'express';

const KEEP_ALIVE_MS = 15_000;
const RECONNECT_MS = 1_000;
/** Bytes that may wait for a slow reader before it is cut off; it resumes where it was. */
const BACKLOG_BYTES_MAX = 4 * 1_048_576;

/** An open response of server-sent events. */
export interface EventResponse {
  /** False when the reader is gone or too slow. */
  send(event: { readonly id: number; readonly data: unknown }): boolean;
  end(): void;
}

/** Begins a response of server-sent events; `onGone` is called once, when the reader is. */
export function beginEvents(response: Response, onGone: () => void): EventResponse {
  response.status(200).set({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  const timer = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS);
  response.on('close', () => {
    clearInterval(timer);
    onGone();
  });
  return {
    send: ({ id, data }) => {
      if (response.destroyed || response.writableEnded) return false;
      if (response.writableLength > BACKLOG_BYTES_MAX) {
        response.destroy();
        return false;
      }
      response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
      return true;
    },
    end: () => response.end(),
  };
}

/** The id after which a reader wants to go on, from `Last-Event-ID`; null when it gave none that is a number. */
export function lastEventId(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}
