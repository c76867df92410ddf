import { applyProject, planProject, type ProjectChange } from '@cairn/contracts';
import { readDocument } from '../input/document-file.js';
import { ask, canAsk } from '../output/ask.js';
import { type Paint, type Style } from '../output/paint.js';
import { printNote, printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

const SIGNS: Readonly<Record<ProjectChange['action'], { sign: string; style: Style }>> = {
  add: { sign: '+', style: 'green' },
  change: { sign: '~', style: 'yellow' },
  remove: { sign: '-', style: 'red' },
};

/** `cairn project plan FILE`. */
export async function planCommand(shell: Shell, path: string, options: JsonOptions): Promise<void> {
  const document = await readDocument(path);
  const client = await shell.connect();
  const reply = await client.call(planProject, { body: { document } });
  printReply(reply, options, ({ project, changes }) => [
    ...changeLines(changes, shell.screen.paint),
    changes.length === 0
      ? `Project ${printable(project)} is as the document says.`
      : `Applying would make ${countedChanges(changes)} to project ${printable(project)}.`,
  ]);
}

/** `cairn project apply FILE`: asks first where somebody can answer. */
export async function applyCommand(
  shell: Shell,
  path: string,
  options: JsonOptions & { readonly yes?: boolean },
): Promise<void> {
  const document = await readDocument(path);
  const client = await shell.connect();
  if (options.yes !== true && canAsk() && path !== '-') {
    const { changes } = await client.call(planProject, { body: { document } });
    for (const line of changeLines(changes, shell.screen.paint)) printNote(line);
    if (changes.length > 0 && !isYes(await ask(`Make ${countedChanges(changes)}? [y/N] `))) {
      printNote('Nothing was changed.');
      return;
    }
  }
  const reply = await client.call(applyProject, { body: { document } });
  printReply(reply, options, ({ project, changes }) =>
    changes.length === 0
      ? [`Project ${printable(project)} was as the document says.`]
      : [
          ...changeLines(changes, shell.screen.paint),
          `Made ${countedChanges(changes)} to project ${printable(project)}.`,
        ],
  );
}

/** One line for each difference, with what was and what shall be. */
export function changeLines(changes: readonly ProjectChange[], paint: Paint): string[] {
  return changes.map(({ action, what, from, to }) => {
    const { sign, style } = SIGNS[action];
    const values = [from, to].filter((value) => value !== undefined && value !== null);
    const detail = action === 'change' ? values.map(valueText).join(' → ') : '';
    return paint(style, `${sign} ${printable(what)}${detail === '' ? '' : `: ${detail}`}`);
  });
}

function valueText(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function countedChanges(changes: readonly ProjectChange[]): string {
  return `${changes.length} change${changes.length === 1 ? '' : 's'}`;
}

function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer);
}
