/** A stream or tag and the history that it points to. */
export interface RootPointer {
  readonly name: string;
  readonly history: string;
}

/** What the root index of a channel lists; each list with the most recently updated first. */
export interface RootIndexFacts {
  readonly streams: readonly RootPointer[];
  readonly tags: readonly RootPointer[];
  readonly histories: readonly string[];
}

type Members = readonly (readonly [key: string, text: string])[];

const FORMAT_MEMBER = ['format', '"v0"'] as const;

/**
 * The text of `moss-root-index.json`: two spaces, no final newline, keys in the order of the format. Put together by
 * hand because a JavaScript object would sort keys that look like numbers, as histories do.
 */
export function rootIndexText(facts: RootIndexFacts): string {
  return objectText(
    [
      ['formats', objectText([['v0', '{}']], 1)],
      ['streams', pointersText(facts.streams)],
      ['tags', pointersText(facts.tags)],
      [
        'history',
        objectText(
          facts.histories.map((id) => [id, objectText([FORMAT_MEMBER], 2)]),
          1,
        ),
      ],
    ],
    0,
  );
}

function pointersText(pointers: readonly RootPointer[]): string {
  const members = pointers.map(({ name, history }): readonly [string, string] => [
    name,
    objectText([FORMAT_MEMBER, ['history', JSON.stringify(history)]], 2),
  ]);
  return objectText(members, 1);
}

function objectText(members: Members, depth: number): string {
  if (members.length === 0) return '{}';
  const indent = '  '.repeat(depth + 1);
  const lines = members.map(([key, text]) => `${indent}${JSON.stringify(key)}: ${text}`);
  return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
}
