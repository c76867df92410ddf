import { packageFileName, type StonePackage } from '@cairn/stone';
import { createStone, readStone } from '@cairn/stone-files';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { readDocument } from '../input/document-file.js';
import { readPackageDocument } from './package-document.js';
import { counted, humanSize, printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine, ProgressLine } from './terminal.js';

/** Options of `cairn stone create`. */
export interface CreateCommandOptions {
  readonly meta?: string;
  readonly like?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `cairn stone create ROOT`: packs `ROOT/usr` into a package. */
export async function createCommand(root: string, options: CreateCommandOptions): Promise<void> {
  const described = await describePackage(options);
  if (described === undefined) return;
  const out = options.output ?? packageFileName(described);
  const progress = new ProgressLine(`Packing ${printable(out)}`);
  const onProgress = progress.showBytes;
  const made = await createStone({ package: described, root, out, onProgress });
  progress.clear();
  if (!made.ok) {
    reportRefusal(made.error.code === 'stone.write-failed' ? out : root, made.error, options);
    return;
  }
  const { sha256, sizeBytes, paths } = made.value;
  if (options.json === true) {
    printJson({ path: out, ok: true, sha256, sizeBytes, paths });
    return;
  }
  const facts = `${humanSize(sizeBytes)}, ${counted(paths.length, 'path')}`;
  printLine(`${printable(out)}: ${facts}, sha256 ${sha256}`);
}

/** The package that the options describe; undefined when that was refused and told. */
async function describePackage(options: CreateCommandOptions): Promise<StonePackage | undefined> {
  if (options.like !== undefined) {
    const read = await readStone(options.like);
    if (read.ok) return read.value.package;
    reportRefusal(options.like, read.error, options);
    return undefined;
  }
  if (options.meta === undefined) throw wrongUsage('Say what to pack with --meta or --like');
  const described = readPackageDocument(await readDocument(options.meta));
  if (described.ok) return described.value;
  throw wrongUsage(`${options.meta} describes no package: ${described.error}`);
}

function wrongUsage(message: string): CliError {
  const nextStep = 'Add --help to see what the command takes.';
  return new CliError('cli.usage', message, { exitCode: EXIT.usage, nextStep });
}
