import { extractStone } from '@cairn/stone-files';
import { counted, humanSize, printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine, ProgressLine } from './terminal.js';

/** Options of `cairn stone extract`. */
export interface ExtractCommandOptions {
  readonly tolerant?: boolean;
  readonly keepSpecialBits?: boolean;
  readonly json?: boolean;
}

/** `cairn stone extract FILE DIRECTORY`: unpacks below `DIRECTORY/usr`. */
export async function extractCommand(
  path: string,
  directory: string,
  options: ExtractCommandOptions,
): Promise<void> {
  const progress = new ProgressLine(`Extracting ${printable(path)}`);
  const result = await extractStone(path, directory, {
    mode: options.tolerant === true ? 'tolerant' : 'strict',
    keepSpecialBits: options.keepSpecialBits === true,
    onProgress: progress.showBytes,
  });
  progress.clear();
  if (!result.ok) {
    reportRefusal(path, result.error, options);
    return;
  }
  const { pathCount, contentSizeBytes, ignoredPaths } = result.value;
  if (options.json === true) {
    printJson({ path, ok: true, directory, pathCount, contentSizeBytes, ignoredPaths });
    return;
  }
  printLine(
    `${printable(directory)}: ${counted(pathCount, 'path')}, ${humanSize(contentSizeBytes)} of content`,
  );
  for (const ignored of ignoredPaths)
    printLine(`  left out, a special file: ${printable(ignored)}`);
}
