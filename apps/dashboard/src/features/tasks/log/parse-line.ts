import { applySgr, classNamesOf, type LogStyle } from './log-style.js';

/** Text with one look. `className` is empty for plain text. */
export interface LogSpan {
  readonly text: string;
  readonly className: string;
}

export interface ParsedLine {
  readonly spans: readonly LogSpan[];
  /** The look that the next line begins with. */
  readonly endStyle: LogStyle;
}

/** A line that changes its look more often is shown without further changes. */
export const SPANS_PER_LINE_MAX = 100;

/**
 * One terminal sequence: CSI (captured: parameters, intermediates, final), a string such as a window title or a
 * link's target, a character set, or a short one. All bounded, so that a hostile line costs no more than its length.
 */
const SEQUENCE =
  /\u001b(?:\[([0-?]{0,256})([ -/]{0,16})([@-~])|[\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)|[ -/]{1,4}[0-~]|[0-OQ-WYZ\\`-~])/y;

const ALL_SEQUENCES = new RegExp(SEQUENCE.source, 'g');

/** Control characters, and those that reorder or break text: shown as themselves they would deceive. */
const UNSAFE =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function harmless(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

interface LineVisitor {
  readonly onText: (text: string) => void;
  readonly onLook: (parameters: string) => void;
}

/** Walks over a line; text is handed on as it came, a broken sequence as text. */
function walk(line: string, visitor: LineVisitor): void {
  let position = 0;
  while (position < line.length) {
    const escapeAt = line.indexOf('\u001b', position);
    if (escapeAt < 0) break;
    if (escapeAt > position) visitor.onText(line.slice(position, escapeAt));
    SEQUENCE.lastIndex = escapeAt;
    const match = SEQUENCE.exec(line);
    if (match === null) visitor.onText('\u001b');
    else if (match[3] === 'm' && match[2] === '') visitor.onLook(match[1] ?? '');
    position = escapeAt + (match?.[0].length ?? 1);
  }
  if (position < line.length) visitor.onText(line.slice(position));
}

/**
 * Splits a line of a log into spans of plain text. Colours are kept, every other terminal sequence is dropped (a
 * link keeps its text only), a broken one is shown as text.
 */
export function parseLine(line: string, startStyle: LogStyle): ParsedLine {
  const spans: { text: string; className: string }[] = [];
  let style = startStyle;
  let className = classNamesOf(style);
  walk(line, {
    onText: (text) => {
      const last = spans.at(-1);
      if (last && (last.className === className || spans.length >= SPANS_PER_LINE_MAX)) {
        last.text += harmless(text);
      } else {
        spans.push({ text: harmless(text), className });
      }
    },
    onLook: (parameters) => {
      style = applySgr(style, parameters);
      className = classNamesOf(style);
    },
  });
  return { spans, endStyle: style };
}

/** The look that a line leaves behind, without the cost of its spans. */
export function endStyleOf(line: string, startStyle: LogStyle): LogStyle {
  let style = startStyle;
  walk(line, {
    onText: () => undefined,
    onLook: (parameters) => {
      style = applySgr(style, parameters);
    },
  });
  return style;
}

/** The line as a reader sees it, without colours. */
export function plainText(line: string): string {
  if (!line.includes('\u001b')) return line;
  return line.replace(ALL_SEQUENCES, '');
}
