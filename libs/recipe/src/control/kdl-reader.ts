/** A value of a KDL node: a text, a number, true, false or null. */
export type KdlValue = string | number | boolean | null;

/** Thrown by the reader and its parser only; `readKdl` turns it into an error. */
export class BadKdl extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

const KEYWORDS: Readonly<Record<string, KdlValue>> = {
  true: true,
  false: false,
  null: null,
  '#true': true,
  '#false': false,
  '#null': null,
};

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  s: ' ',
  '\\': '\\',
  '/': '/',
  '"': '"',
};

const LINE_END = /^(?:\r\n|[\n\r\u0085\u000c\u2028\u2029])/;
const WORD = /^[^\s\\/(){}<>;[\]=,"#]+/;
const NUMBER = /^[-+]?[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][-+]?[0-9]+)?$/;

/** Reads the words of a KDL text one after another. */
export class KdlReader {
  #offset = 0;

  constructor(private readonly text: string) {
    if (text.startsWith('\ufeff')) this.#offset = 1;
  }

  get offset(): number {
    return this.#offset;
  }

  get isEnd(): boolean {
    return this.#offset >= this.text.length;
  }

  get peek(): string {
    return this.text[this.#offset] ?? '';
  }

  take(text: string): boolean {
    if (!this.text.startsWith(text, this.#offset)) return false;
    this.#offset += text.length;
    return true;
  }

  /** Whether the last thing read was this character. */
  endsWith(char: string): boolean {
    return this.text[this.#offset - 1] === char;
  }

  expectEnd(): void {
    if (!this.isEnd) throw new BadKdl(this.#offset, `'${this.peek}' is not expected here`);
  }

  /** Skips blanks, comments, line ends and semicolons between nodes. */
  skipLines(): void {
    do this.skipBlanks();
    while (this.#takeLineEnd() || this.take(';'));
  }

  /** Skips blanks, comments and continued line ends inside a node. */
  skipBlanks(): void {
    for (;;) {
      const blank = /^[^\S\r\n\u0085\u000c\u2028\u2029]+/.exec(this.#window());
      if (blank !== null) this.#offset += blank[0].length;
      else if (this.text.startsWith('//', this.#offset)) this.#skipLineComment();
      else if (this.take('/*')) this.#skipBlockComment();
      else if (this.take('\\')) this.#continueLine();
      else return;
    }
  }

  /** Takes what ends a node: a line end, a semicolon, or the end of the text. */
  takeNodeEnd(): boolean {
    return this.isEnd || this.take(';') || this.#takeLineEnd();
  }

  /** A node's name: a word or a string. */
  name(): string {
    const start = this.#offset;
    const value = this.value();
    if (typeof value !== 'string') throw new BadKdl(start, 'a node needs a name');
    return value;
  }

  value(): KdlValue {
    const start = this.#offset;
    const value = this.#string() ?? this.#word();
    if (value === undefined) throw new BadKdl(start, `'${this.peek}' is not expected here`);
    if (this.peek === '=') throw new BadKdl(start, 'properties are not used in control files');
    return value;
  }

  #string(): string | undefined {
    const raw = /^(r?)(#+)"/.exec(this.#window()) ?? /^(r)()"/.exec(this.#window());
    if (raw !== null) return this.#rawString(raw[0].length, raw[2] ?? '');
    if (this.take('"""')) return this.#multiLine();
    return this.take('"') ? this.#quoted() : undefined;
  }

  #rawString(opening: number, hashes: string): string {
    const start = this.#offset;
    const end = this.text.indexOf(`"${hashes}`, start + opening);
    if (end === -1) throw new BadKdl(start, 'the string is never closed');
    this.#offset = end + 1 + hashes.length;
    return this.text.slice(start + opening, end);
  }

  #quoted(): string {
    const start = this.#offset - 1;
    const end = closingQuote(this.text, this.#offset);
    if (end === -1) throw new BadKdl(start, 'the string is never closed');
    const raw = this.text.slice(this.#offset, end);
    this.#offset = end + 1;
    return unescape(raw, start);
  }

  /** The text between `"""` lines, without the indentation of the closing line. */
  #multiLine(): string {
    const start = this.#offset;
    const end = this.text.indexOf('"""', start);
    if (end === -1) throw new BadKdl(start, 'the string is never closed');
    const lines = this.text.slice(start, end).split(/\r\n|\n/);
    this.#offset = end + 3;
    const indentation = lines.pop() ?? '';
    const inner = lines.slice(1).map((line) => {
      if (line.trim() === '') return '';
      if (!line.startsWith(indentation)) throw new BadKdl(start, 'a line is not indented enough');
      return line.slice(indentation.length);
    });
    return unescape(inner.join('\n'), start);
  }

  #word(): KdlValue | undefined {
    const text =
      /^#(?:true|false|null)\b/.exec(this.#window())?.[0] ?? WORD.exec(this.#window())?.[0];
    if (text === undefined) return undefined;
    this.#offset += text.length;
    if (Object.hasOwn(KEYWORDS, text)) return KEYWORDS[text];
    return NUMBER.test(text) ? Number(text.replaceAll('_', '')) : text;
  }

  #takeLineEnd(): boolean {
    const end = LINE_END.exec(this.text.slice(this.#offset, this.#offset + 2));
    this.#offset += end?.[0].length ?? 0;
    return end !== null;
  }

  #skipLineComment(): void {
    const end = this.text.slice(this.#offset).search(/[\r\n]/);
    this.#offset = end === -1 ? this.text.length : this.#offset + end;
  }

  #skipBlockComment(): void {
    const start = this.#offset - 2;
    for (let depth = 1; depth > 0;) {
      if (this.isEnd) throw new BadKdl(start, 'the comment is never closed');
      if (this.take('/*')) depth += 1;
      else if (this.take('*/')) depth -= 1;
      else this.#offset += 1;
    }
  }

  #continueLine(): void {
    const start = this.#offset;
    this.skipBlanks();
    if (!this.isEnd && !this.#takeLineEnd()) {
      throw new BadKdl(start, 'a line must end after a backslash');
    }
  }

  /** Enough text for one word; long words are refused by the limit of the file anyway. */
  #window(): string {
    return this.text.slice(this.#offset, this.#offset + 4096);
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function unescape(raw: string, offset: number): string {
  return raw.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|(\s+)|(.?))/gs, (_, ...groups: unknown[]) => {
    const [code, blank, char] = groups as (string | undefined)[];
    if (blank !== undefined) return '';
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      if (point > 0x10ffff) throw new BadKdl(offset, 'a character escape is out of range');
      return String.fromCodePoint(point);
    }
    const known = char !== undefined && Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (known === undefined) throw new BadKdl(offset, 'an escape is unknown');
    return known;
  });
}
