/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: 'chars'; readonly matches: CharTest }
  | { readonly kind: 'start' | 'end' | 'word-edge' | 'no-word-edge' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly least: number;
      /** Null means any number. */
      readonly most: number | null;
    };

export type CharTest = (char: string) => boolean;

const GROUP_DEPTH_MAX = 32;
const REPEATS_MAX = 1000;

/** Thrown inside this file only, for a pattern that is invalid or of a kind that is not supported. */
class BadPattern extends Error {}

/**
 * Parses a regular expression: characters, `.`, classes, escapes `\d \w \s \b`, groups, choice, `* + ? {n,m}`, `^ $`.
 * Look-around, back references and flags are refused, because they cannot be matched in linear time. Null means
 * refused.
 */
export function parsePattern(pattern: string): PatternNode | null {
  try {
    const parser = new PatternParser(Array.from(pattern));
    return parser.whole();
  } catch (fault) {
    if (fault instanceof BadPattern) return null;
    throw fault;
  }
}

const isDigit: CharTest = (char) => char >= '0' && char <= '9';
/** What `\w` and `\b` call a word character. */
export const isWord: CharTest = (char) => /^[A-Za-z0-9_]$/.test(char);
const isSpace: CharTest = (char) => /^\s$/.test(char);

const CLASS_ESCAPES: Readonly<Record<string, CharTest>> = {
  d: isDigit,
  D: (char) => !isDigit(char),
  w: isWord,
  W: (char) => !isWord(char),
  s: isSpace,
  S: (char) => !isSpace(char),
};

const CONTROL_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

class PatternParser {
  #at = 0;
  #depth = 0;

  constructor(private readonly chars: readonly string[]) {}

  whole(): PatternNode {
    const node = this.#choice();
    if (this.#peek() !== undefined) throw new BadPattern();
    return node;
  }

  #choice(): PatternNode {
    this.#depth += 1;
    if (this.#depth > GROUP_DEPTH_MAX) throw new BadPattern();
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#depth -= 1;
    return { kind: 'choice', parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')';) {
      parts.push(this.#repeated(this.#atom()));
      char = this.#peek();
    }
    return { kind: 'sequence', parts };
  }

  #atom(): PatternNode {
    const char = this.#next();
    switch (char) {
      case '.':
        return { kind: 'chars', matches: (one) => one !== '\n' };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw new BadPattern();
      default:
        return { kind: 'chars', matches: (one) => one === char };
    }
  }

  #group(): PatternNode {
    if (this.#take('?') && !this.#take(':')) throw new BadPattern();
    const node = this.#choice();
    if (!this.#take(')')) throw new BadPattern();
    return node;
  }

  #escape(): PatternNode {
    const char = this.#next();
    if (char === 'b') return { kind: 'word-edge' };
    if (char === 'B') return { kind: 'no-word-edge' };
    return { kind: 'chars', matches: escapeTest(char) };
  }

  #class(): PatternNode {
    const negated = this.#take('^');
    const tests: CharTest[] = [];
    do tests.push(this.#classMember());
    while (this.#peek() !== ']');
    this.#next();
    return { kind: 'chars', matches: (one) => tests.some((test) => test(one)) !== negated };
  }

  #classMember(): CharTest {
    const from = this.#next();
    // Rust nests classes and knows operators in them; a plain `[` would mean something else there.
    if (from === '[') throw new BadPattern();
    if (from === '\\') return escapeTest(this.#next());
    if (this.#peek() !== '-' || this.chars[this.#at + 1] === ']') return (one) => one === from;
    this.#next();
    const to = this.#next();
    if (to < from || to === '[' || to === '\\') throw new BadPattern();
    return (one) => from <= one && one <= to;
  }

  #repeated(part: PatternNode): PatternNode {
    const bounds = this.#bounds();
    if (bounds === null) return part;
    // Lazy forms match the same texts, and whether a text matches is all that is asked.
    this.#take('?');
    const next = this.#peek();
    if (next === '*' || next === '+' || next === '?' || next === '{') throw new BadPattern();
    return { kind: 'repeat', part, ...bounds };
  }

  #bounds(): { least: number; most: number | null } | null {
    if (this.#take('*')) return { least: 0, most: null };
    if (this.#take('+')) return { least: 1, most: null };
    if (this.#take('?')) return { least: 0, most: 1 };
    if (!this.#take('{')) return null;
    const least = this.#number();
    if (least === null) throw new BadPattern();
    const most = this.#take(',') ? this.#number() : least;
    if (!this.#take('}') || (most !== null && most < least)) throw new BadPattern();
    return { least, most };
  }

  #number(): number | null {
    let digits = '';
    for (let char = this.#peek(); char !== undefined && isDigit(char); char = this.#peek()) {
      digits += this.#next();
    }
    if (digits === '') return null;
    if (digits.length > 4 || Number(digits) > REPEATS_MAX) throw new BadPattern();
    return Number(digits);
  }

  #peek(): string | undefined {
    return this.chars[this.#at];
  }

  #next(): string {
    const char = this.chars[this.#at];
    if (char === undefined) throw new BadPattern();
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}

function escapeTest(char: string): CharTest {
  const known = Object.hasOwn(CLASS_ESCAPES, char) ? CLASS_ESCAPES[char] : undefined;
  if (known !== undefined) return known;
  const control = Object.hasOwn(CONTROL_ESCAPES, char) ? CONTROL_ESCAPES[char] : undefined;
  if (control !== undefined) return (one) => one === control;
  if (/^[A-Za-z0-9]$/.test(char)) throw new BadPattern();
  return (one) => one === char;
}
