import { join } from 'node:path';
import { err, ok, type Result } from '@cairn/std';
import { stoneError, type StoneError } from '@cairn/stone';
import { indexDirectory, makeDirectory, writeFileDurably } from '@cairn/stone-files';
import { counted, humanSize, printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine, ProgressLine } from './terminal.js';

const INDEX_NAME = 'stone.index';

/** Options of `cairn stone index`. */
export interface IndexCommandOptions {
  readonly output?: string;
  readonly json?: boolean;
}

/** `cairn stone index DIRECTORY`: writes the index of all stones below a directory. */
export async function indexCommand(directory: string, options: IndexCommandOptions): Promise<void> {
  const base = options.output ?? directory;
  const progress = new ProgressLine(`Indexing ${printable(directory)}`);
  const indexed = await indexDirectory(directory, {
    base,
    onProgress: (done, total) => {
      progress.show(done, total);
    },
  });
  progress.clear();
  if (!indexed.ok) {
    reportRefusal(indexed.error.path, indexed.error.error, options);
    return;
  }
  const path = join(base, INDEX_NAME);
  const { bytes, packages } = indexed.value;
  const written = await writeIndex(base, path, bytes);
  if (!written.ok) {
    reportRefusal(path, written.error, options);
    return;
  }
  if (options.json === true) {
    printJson({ path, ok: true, sizeBytes: bytes.byteLength, packages: packages.length });
    return;
  }
  printLine(
    `${printable(path)}: ${counted(packages.length, 'package')}, ${humanSize(bytes.byteLength)}`,
  );
}

async function writeIndex(
  base: string,
  path: string,
  bytes: Uint8Array,
): Promise<Result<void, StoneError>> {
  try {
    await makeDirectory(base);
    await writeFileDurably(path, bytes);
    return ok(undefined);
  } catch (error) {
    const found = error instanceof Error ? error.message : 'unknown';
    return err(stoneError('stone.write-failed', { offset: 0 }, { found }));
  }
}
