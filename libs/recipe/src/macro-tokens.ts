/** A piece of a text that may hold macros. Offsets count UTF-16 units from the start of the text. */
export interface MacroToken {
  readonly kind: 'text' | 'action' | 'definition' | 'built-in';
  /** The text itself, or the identifier without percent sign and parentheses. */
  readonly value: string;
  readonly offset: number;
}

const MACRO = /%(?:%|([A-Za-z0-9_]+)|\(([A-Za-z0-9_]+)\))/g;

/**
 * Cuts a text into plain pieces, `%action`, `%(definition)` and `%(_built_in)`. A doubled percent sign is a literal
 * one; a percent sign followed by anything else stays as it is.
 */
export function tokenizeMacros(text: string): MacroToken[] {
  const tokens: MacroToken[] = [];
  let end = 0;
  for (const match of text.matchAll(MACRO)) {
    if (match.index > end) tokens.push(textToken(text.slice(end, match.index), end));
    tokens.push(macroToken(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) tokens.push(textToken(text.slice(end), end));
  return tokens;
}

function textToken(value: string, offset: number): MacroToken {
  return { kind: 'text', value, offset };
}

function macroToken(match: RegExpExecArray): MacroToken {
  const [, action, definition] = match;
  if (action !== undefined) return { kind: 'action', value: action, offset: match.index };
  if (definition === undefined) return textToken('%', match.index);
  const kind = definition.startsWith('_') ? 'built-in' : 'definition';
  return { kind, value: definition, offset: match.index };
}
