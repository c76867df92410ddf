import { parseDecisionLine, replayDecisions, type DecisionLogEntry } from '@cairn/solver';
import { fail, printJson, printLine } from '../stone/terminal.js';
import { InputError, readInput } from './input-file.js';

/** `cairn replay FILE`: runs a decision log again; exits with 1 when a decision comes out differently. */
export async function replayCommand(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const result = replayDecisions(entriesOf(await readInput(path), path));
  const isSame = result.differences.length === 0;
  if (options.json === true) printJson({ same: isSame, ...result });
  else {
    printLine(`${result.decisions} decisions, hash ${result.decisionHash}`);
    for (const difference of result.differences) {
      printLine(
        `entry ${difference.entry} (${difference.decide}): recorded ${JSON.stringify(difference.recorded)}`,
      );
      printLine(`  now ${JSON.stringify(difference.reached)}`);
    }
  }
  if (!isSame) fail(`${result.differences.length} decisions come out differently`);
}

function* entriesOf(text: string, path: string): Generator<DecisionLogEntry> {
  let line = 0;
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const part = text.slice(from, end === -1 ? text.length : end);
    from = end === -1 ? text.length : end + 1;
    line += 1;
    if (part.trim() === '') continue;
    const entry = parseDecisionLine(part, line);
    if (!entry.ok)
      throw new InputError(entry.error.code, `${path}:${line}: ${entry.error.message}`);
    yield entry.value;
  }
}
