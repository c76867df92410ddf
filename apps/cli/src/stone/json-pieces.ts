const INDENT = 2;

/**
 * What `JSON.stringify(value, undefined, 2)` gives for an object, piece by piece: the lists of its members are cut between
 * their elements, because a large index as one text would be longer than a text may be.
 */
export function* jsonPieces(value: Readonly<Record<string, unknown>>): Generator<string> {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) {
    yield '{}';
    return;
  }
  for (const [at, [key, member]] of members.entries()) {
    yield `${at === 0 ? '{' : ','}\n${spaces(1)}${JSON.stringify(key)}: `;
    if (Array.isArray(member) && member.length > 0) yield* listPieces(member);
    else yield indented(member, 1);
  }
  yield '\n}';
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  for (const [at, element] of list.entries()) {
    yield `${at === 0 ? '[' : ','}\n${spaces(2)}${indented(element, 2)}`;
  }
  yield `\n${spaces(1)}]`;
}

/** A value whose lines but the first stand that deep. */
function indented(value: unknown, depth: number): string {
  return JSON.stringify(value, undefined, INDENT).replaceAll('\n', `\n${spaces(depth)}`);
}

function spaces(depth: number): string {
  return ' '.repeat(INDENT * depth);
}
