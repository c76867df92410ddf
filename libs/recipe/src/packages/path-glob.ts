/** A glob over whole paths, compiled. `*` and `?` match slashes too; `**` stands for any number of whole components. */
export interface PathGlob {
  readonly tokens: readonly GlobToken[];
  /** The characters every match begins with: most paths are refused by these alone. */
  readonly prefix: string;
}

type GlobToken =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any-char' }
  | { readonly kind: 'any-text' }
  | { readonly kind: 'components' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly CharRange[] };

interface CharRange {
  readonly from: string;
  readonly to: string;
}

/** Compiles a glob; null when it is invalid: `**` glued to other text, three stars, an open or empty class. */
export function compileGlob(pattern: string): PathGlob | null {
  const chars = Array.from(pattern);
  const tokens: GlobToken[] = [];
  for (let at = 0; at < chars.length;) {
    const read = readToken(chars, at);
    if (read === null) return null;
    const repeats = read.token.kind === 'components' && tokens.at(-1)?.kind === 'components';
    if (!repeats) tokens.push(read.token);
    at = read.next;
  }
  const literals = tokens.findIndex(({ kind }) => kind !== 'char');
  const prefix = chars.slice(0, literals === -1 ? chars.length : literals).join('');
  return { tokens, prefix };
}

/** The characters with a meaning in globs, each put in a class of its own. */
export function escapeGlob(path: string): string {
  return path.replace(/[?*[\]]/g, '[$&]');
}

/** Whether the glob matches the path, or a directory above it. Takes time of path length × pattern length at most. */
export function matchesGlobOrBelow(glob: PathGlob, path: string): boolean {
  const { tokens, prefix } = glob;
  if (!path.startsWith(prefix)) return false;
  let states = closure(tokens, new Set([Array.from(prefix).length]), true);
  for (const char of path.slice(prefix.length)) {
    if (char === '/' && states.has(tokens.length)) return true;
    const next = new Set<number>();
    for (const state of states) step(tokens, { state, char, next });
    states = closure(tokens, next, char === '/');
    if (states.size === 0) return false;
  }
  return states.has(tokens.length);
}

/** `**` is entered only where a component starts, and left for the next token at the same places. */
function closure(
  tokens: readonly GlobToken[],
  states: Set<number>,
  isComponentStart: boolean,
): Set<number> {
  for (const state of states) {
    const kind = tokens[state]?.kind;
    if (kind === 'any-text') states.add(state + 1);
    // At the end of the pattern `**` takes everything that is left.
    if (kind === 'components' && (isComponentStart || state === tokens.length - 1)) {
      states.add(state + 1);
    }
  }
  return states;
}

function step(
  tokens: readonly GlobToken[],
  { state, char, next }: { state: number; char: string; next: Set<number> },
): void {
  const token = tokens[state];
  switch (token?.kind) {
    case undefined:
      return;
    case 'char':
      if (token.char === char) next.add(state + 1);
      return;
    case 'any-char':
      next.add(state + 1);
      return;
    case 'any-text':
    case 'components':
      next.add(state);
      return;
    case 'class': {
      const isIn = token.ranges.some(({ from, to }) => from <= char && char <= to);
      if (isIn !== token.negated) next.add(state + 1);
    }
  }
}

interface ReadToken {
  readonly token: GlobToken;
  readonly next: number;
}

function readToken(chars: readonly string[], at: number): ReadToken | null {
  const char = chars[at] ?? '';
  if (char === '*') return readStars(chars, at);
  if (char === '[') return readClass(chars, at);
  const token: GlobToken = char === '?' ? { kind: 'any-char' } : { kind: 'char', char };
  return { token, next: at + 1 };
}

function readStars(chars: readonly string[], at: number): ReadToken | null {
  let next = at;
  while (chars[next] === '*') next += 1;
  if (next - at === 1) return { token: { kind: 'any-text' }, next };
  const startsComponent = at === 0 || chars[at - 1] === '/';
  if (next - at > 2 || !startsComponent) return null;
  if (next === chars.length) return { token: { kind: 'components' }, next };
  return chars[next] === '/' ? { token: { kind: 'components' }, next: next + 1 } : null;
}

/** A class holds at least one character, so a `]` right at its start is a member. */
function readClass(chars: readonly string[], at: number): ReadToken | null {
  const negated = chars[at + 1] === '!';
  const first = at + (negated ? 2 : 1);
  const end = chars.indexOf(']', first + 1);
  if (end === -1) return null;
  const members = chars.slice(first, end);
  const ranges: CharRange[] = [];
  for (let index = 0; index < members.length;) {
    const from = members[index] ?? '';
    const isRange = members[index + 1] === '-' && index + 2 < members.length;
    ranges.push({ from, to: isRange ? (members[index + 2] ?? from) : from });
    index += isRange ? 3 : 1;
  }
  return { token: { kind: 'class', negated, ranges }, next: end + 1 };
}
