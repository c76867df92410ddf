import { diffIndexes, type IndexDifference, type StonePackage } from '@cairn/stone';
import { readIndex } from '@cairn/stone-files';
import type { Screen } from '../output/screen.js';
import { printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine } from './terminal.js';

/** `cairn stone diff OLD NEW`: what became of the packages between two indexes. */
export async function diffCommand(
  screen: Screen,
  [oldPath, newPath]: readonly [string, string],
  options: { readonly json?: boolean },
): Promise<void> {
  const before = await readIndex(oldPath);
  if (!before.ok) {
    reportRefusal(oldPath, before.error, options);
    return;
  }
  const after = await readIndex(newPath);
  if (!after.ok) {
    reportRefusal(newPath, after.error, options);
    return;
  }
  const difference = diffIndexes(before.value, after.value);
  if (options.json === true) printJson(difference);
  else for (const line of differenceLines(screen, difference)) printLine(line);
}

function differenceLines({ paint }: Screen, difference: IndexDifference): string[] {
  const { added, removed, changed } = difference;
  return [
    ...added.map((each) => paint('green', `+ ${nameOf(each)} ${versionOf(each)}`)),
    ...removed.map((each) => paint('red', `- ${nameOf(each)} ${versionOf(each)}`)),
    ...changed.map(({ before, after, fields }) => {
      const versions = [...new Set([versionOf(before), versionOf(after)])].join(' → ');
      const what = paint('dim', `(${fields.join(', ')})`);
      return `${paint('yellow', `~ ${nameOf(after)} ${versions}`)} ${what}`;
    }),
    `${added.length} added, ${removed.length} removed, ${changed.length} changed`,
  ];
}

function nameOf({ name, architecture }: StonePackage): string {
  return printable(`${name} (${architecture})`);
}

function versionOf({ version, sourceRelease, buildRelease }: StonePackage): string {
  return printable(`${version}-${sourceRelease}-${buildRelease}`);
}
