import { once } from 'node:events';
import { inspectStone } from '@cairn/stone-files';
import type { Screen } from '../output/screen.js';
import { inspectionText } from './inspection-text.js';
import { jsonPieces } from './json-pieces.js';
import { printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printLine, ProgressLine } from './terminal.js';

/** Characters that are written in one go. */
const BATCH_LENGTH = 65_536;

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
  else if (options.json === true) await printPieces(jsonPieces(inspected.value));
  else printLine(inspectionText(inspected.value, screen));
}

/** Writes a document that may be hundreds of megabytes long, no faster than it is taken. */
async function printPieces(pieces: Iterable<string>): Promise<void> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < BATCH_LENGTH) continue;
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    text = '';
  }
  printLine(text);
}
