import { inspectStone } from '@cairn/stone-files';
import type { Screen } from '../output/screen.js';
import { inspectionText } from './inspection-text.js';
import { printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine, ProgressLine } from './terminal.js';

/** `cairn stone inspect FILE`: everything a file says. */
export async function inspectCommand(
  screen: Screen,
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const progress = new ProgressLine(`Reading ${printable(path)}`);
  const inspected = await inspectStone(path, { onProgress: progress.showBytes });
  progress.clear();
  if (!inspected.ok) reportRefusal(path, inspected.error, options);
  else if (options.json === true) printJson(inspected.value);
  else printLine(inspectionText(inspected.value, screen));
}
