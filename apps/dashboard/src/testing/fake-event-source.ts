/** Stands in for the browser's EventSource, which jsdom lacks: the test says what the network does. */
export class FakeEventSource {
  static opened: FakeEventSource[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    FakeEventSource.opened.push(this);
  }

  static last(): FakeEventSource {
    const last = FakeEventSource.opened.at(-1);
    if (last === undefined) throw new Error('no stream has been opened');
    return last;
  }

  close(): void {
    this.isClosed = true;
  }

  say(id: number | string, value: unknown): void {
    this.onmessage?.({ data: JSON.stringify(value), lastEventId: String(id) });
  }

  sayBytes(endOffset: number, bytes: Uint8Array, complete = false): void {
    this.say(endOffset, {
      offset: endOffset,
      bytes: Buffer.from(bytes).toString('base64'),
      complete,
    });
  }
}
