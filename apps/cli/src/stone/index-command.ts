import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { indexDirectory, writeFileDurably } from '@cairn/stone-files';
import { counted, humanSize, printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { fail, printJson, printLine, ProgressLine } from './terminal.js';

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
  try {
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
    await mkdir(base, { recursive: true });
    await writeFileDurably(path, bytes);
    if (options.json === true) {
      printJson({ path, ok: true, sizeBytes: bytes.byteLength, packages: packages.length });
      return;
    }
    printLine(
      `${printable(path)}: ${counted(packages.length, 'package')}, ${humanSize(bytes.byteLength)}`,
    );
  } catch (error) {
    progress.clear();
    fail(
      `${printable(directory)}: ${error instanceof Error ? printable(error.message) : 'cannot be indexed'}`,
    );
  }
}
