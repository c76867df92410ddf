const ESCAPE = '\u001b';
const RESET = `${ESCAPE}[0m`;
/** A sequence cut in two by the end of a piece is at most this long before it is shown as what it is. */
const HELD_LENGTH_MAX = 64;
const INCOMPLETE = new RegExp(`(?:\\u001b(?:\\[[0-9;:]{0,${HELD_LENGTH_MAX - 2}})?|\\r)$`);
const SPECIAL = /\u001b\[([0-9;:]*)m|\r\n?|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const CONTROL_PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';

/**
 * Makes the bytes of a build log safe for a terminal, piece by piece: colours pass (or are taken out), every other
 * control sequence is shown instead of obeyed, and a lone carriage return begins a new line, so nothing is overwritten.
 */
export class HarmlessLog {
  private readonly decoder = new TextDecoder('utf-8');
  private readonly hasColours: boolean;
  private held = '';
  private isStyled = false;

  constructor({ hasColours }: { readonly hasColours: boolean }) {
    this.hasColours = hasColours;
  }

  /** What to write for the next bytes; the beginning of a sequence is kept until its rest comes. */
  push(bytes: Uint8Array): string {
    const text = this.held + this.decoder.decode(bytes, { stream: true });
    this.held = INCOMPLETE.exec(text)?.[0] ?? '';
    return this.clean(text.slice(0, text.length - this.held.length));
  }

  /** What to write last: what was kept, and the end of every style. */
  end(): string {
    const rest = this.clean(this.held + this.decoder.decode());
    this.held = '';
    return this.isStyled ? rest + RESET : rest;
  }

  private clean(text: string): string {
    return text.replace(SPECIAL, (found: string, parameters: string | undefined) => {
      if (parameters !== undefined) return this.style(found, parameters);
      if (found === '\n' || found === '\t') return found;
      return found.startsWith('\r') ? '\n' : visible(found);
    });
  }

  private style(sequence: string, parameters: string): string {
    if (!isColour(parameters)) return visible(ESCAPE) + sequence.slice(1);
    if (!this.hasColours) return '';
    this.isStyled = true;
    return sequence;
  }
}

/** Whether SGR parameters only set colours or weight: nothing that hides text or blinks. */
export function isColour(parameters: string): boolean {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const isIndexed = codes[at + 1] === 5;
      if (!isIndexed && codes[at + 1] !== 2) return false;
      at += isIndexed ? 2 : 4;
      if (at >= codes.length) return false;
    } else if (!isPlainStyle(code)) return false;
  }
  return true;
}

function isPlainStyle(code: number): boolean {
  if (code <= 4 || code === 7 || code === 9 || code === 39 || code === 49) return true;
  if (code >= 21 && code <= 29) return true;
  const tens = Math.floor(code / 10);
  return [3, 4, 9, 10].includes(tens) && code % 10 <= 7;
}

function visible(control: string): string {
  const point = control.codePointAt(0) ?? 0;
  if (point < 0x20) return String.fromCodePoint(CONTROL_PICTURES + point);
  return point === 0x7f ? PICTURE_OF_DELETE : `\\u{${point.toString(16)}}`;
}
