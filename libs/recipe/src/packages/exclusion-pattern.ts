import {
  PATTERN_LENGTH_MAX,
  PATTERN_STATES_MAX,
  PATTERN_TEXT_LENGTH_MAX,
} from '../recipe-limits.js';
import { isWord, parsePattern, type CharTest, type PatternNode } from './pattern-syntax.js';

/** A compiled exclusion. Matching takes at most text length × pattern states steps, whatever the pattern. */
export interface ExclusionPattern {
  /** Whether the pattern is found anywhere in the text; texts beyond 1024 characters never match. */
  matches(text: string): boolean;
}

type State =
  | { readonly kind: 'chars'; readonly matches: CharTest; next: number }
  | { readonly kind: 'start' | 'end' | 'word-edge' | 'no-word-edge'; next: number }
  | { readonly kind: 'split'; readonly nexts: number[] }
  | { readonly kind: 'accept' };

/**
 * Compiles a regular expression of rundeps-exclude or provides-exclude. Null means it is too long, invalid, or uses
 * look-around, back references or flags; the distribution's tool ignores invalid ones, so the lint tells about them.
 */
export function compileExclusion(pattern: string): ExclusionPattern | null {
  if (pattern.length > PATTERN_LENGTH_MAX) return null;
  const tree = parsePattern(pattern);
  if (tree === null) return null;
  const states: State[] = [{ kind: 'accept' }];
  const start = build(tree, { states, next: 0 });
  return start === null ? null : { matches: (text) => run(states, { start, text }) };
}

/** Adds the states of a node before the state `next`; answers where they begin, or null beyond the limit. */
function build(node: PatternNode, to: { states: State[]; next: number }): number | null {
  const { states, next } = to;
  if (states.length > PATTERN_STATES_MAX) return null;
  switch (node.kind) {
    case 'chars':
      return states.push({ kind: 'chars', matches: node.matches, next }) - 1;
    case 'start':
    case 'end':
    case 'word-edge':
    case 'no-word-edge':
      return states.push({ kind: node.kind, next }) - 1;
    case 'sequence':
      return node.parts.reduceRight<number | null>(
        (after, part) => (after === null ? null : build(part, { states, next: after })),
        next,
      );
    case 'choice': {
      const starts = node.parts.map((part) => build(part, to));
      const nexts = starts.filter((start) => start !== null);
      return nexts.length < starts.length ? null : states.push({ kind: 'split', nexts }) - 1;
    }
    case 'repeat':
      return buildRepeat(node, to);
  }
}

function buildRepeat(
  { part, least, most }: Extract<PatternNode, { kind: 'repeat' }>,
  { states, next }: { states: State[]; next: number },
): number | null {
  let start: number | null = next;
  if (most === null) {
    const nexts = [next];
    const loop = states.push({ kind: 'split', nexts }) - 1;
    const body = build(part, { states, next: loop });
    if (body === null) return null;
    nexts.push(body);
    start = loop;
  }
  for (let count = least; most !== null && count < most && start !== null; count += 1) {
    const body = build(part, { states, next: start });
    start = body === null ? null : states.push({ kind: 'split', nexts: [body, next] }) - 1;
  }
  for (let count = 0; count < least && start !== null; count += 1) {
    start = build(part, { states, next: start });
  }
  return start;
}

function run(states: readonly State[], { start, text }: { start: number; text: string }): boolean {
  if (text.length > PATTERN_TEXT_LENGTH_MAX) return false;
  const chars = Array.from(text);
  let active = new Set<number>();
  for (let at = 0; at <= chars.length; at += 1) {
    // Unanchored: an attempt begins at every place.
    active.add(start);
    follow(states, { active, chars, at });
    if ([...active].some((state) => states[state]?.kind === 'accept')) return true;
    active = stepped(states, { active, char: chars[at] });
  }
  return false;
}

function stepped(
  states: readonly State[],
  { active, char }: { active: ReadonlySet<number>; char: string | undefined },
): Set<number> {
  const next = new Set<number>();
  if (char === undefined) return next;
  for (const index of active) {
    const state = states[index];
    if (state?.kind === 'chars' && state.matches(char)) next.add(state.next);
  }
  return next;
}

/** Adds every state that is reached without taking a character. */
function follow(
  states: readonly State[],
  { active, chars, at }: { active: Set<number>; chars: readonly string[]; at: number },
): void {
  const isEdge = isWord(chars[at - 1] ?? '') !== isWord(chars[at] ?? '');
  const holds = {
    start: at === 0,
    end: at === chars.length,
    'word-edge': isEdge,
    'no-word-edge': !isEdge,
  };
  for (const index of active) {
    const state = states[index];
    if (state === undefined || state.kind === 'accept' || state.kind === 'chars') continue;
    if (state.kind === 'split') for (const next of state.nexts) active.add(next);
    else if (holds[state.kind]) active.add(state.next);
  }
}
