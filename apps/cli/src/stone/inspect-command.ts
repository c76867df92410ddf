import { inspectStone } from '@cairn/stone-files';
import { inspectionText } from './inspection-text.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine } from './terminal.js';

/** `cairn stone inspect FILE`: everything a file says. */
export async function inspectCommand(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const inspected = await inspectStone(path);
  if (inspected.ok) {
    if (options.json === true) printJson(inspected.value);
    else printLine(inspectionText(inspected.value));
  } else reportRefusal(path, inspected.error, options);
}
