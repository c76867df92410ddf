/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly data: string;
}

/** Longest line that is taken; pieces of logs are far smaller. */
export const EVENT_LINE_LENGTH_MAX = 4 * 1_048_576;

/** Reads the text of an event stream piece by piece. */
export class EventParser {
  private rest = '';
  private id = '';
  private data: string[] = [];

  /** The events that are complete now. Throws a RangeError when a line never ends. */
  push(text: string): ServerEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length > EVENT_LINE_LENGTH_MAX) throw new RangeError('a line is too long');
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line !== '') {
      this.field(line);
      return [];
    }
    if (this.data.length === 0) return [];
    const event = { id: this.id, data: this.data.join('\n') };
    this.data = [];
    return [event];
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') this.id = value;
    if (name === 'data') this.data.push(value);
  }
}
