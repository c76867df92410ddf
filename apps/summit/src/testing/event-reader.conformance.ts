// Reads server-sent events as a browser does.

export interface ServerSentEvent {
  readonly id: string;
  readonly data: unknown;
}

/** Reads events of a response until `enough` of them say so, or the server ends it; then lets go of it. */
export async function readEvents(
  url: string,
  enough: (events: readonly ServerSentEvent[]) => boolean,
  options: { readonly lastEventId?: string; readonly timeoutMs?: number } = {},
): Promise<ServerSentEvent[]> {
  const { lastEventId, timeoutMs = 15_000 } = options;
  const response = await fetch(url, {
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`${url} answered ${response.status}`);
  const events: ServerSentEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.flatMap(eventOf));
    if (enough(events)) break;
  }
  return events;
}

function eventOf(block: string): ServerSentEvent[] {
  const id = /^id: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return id === undefined || data === undefined ? [] : [{ id, data: JSON.parse(data) }];
}
