import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TextDecoder } from 'node:util';
import { err, MIB, ok, type Result } from '@cairn/std';
import { RECIPE_SIZE_BYTES_MAX } from '@cairn/recipe';

const RECIPE_NAME = 'stone.yaml';
const CONTROL_NAME = 'control.kdl';
/** A package with every file of a large kernel has a report of a few MiB. */
const REPORT_SIZE_BYTES_MAX = 256 * MIB;

/** A recipe file and the control file beside it, as text. */
export interface RecipeFiles {
  readonly fileName: string;
  readonly text: string;
  readonly control: { readonly text: string; readonly fileName: string } | undefined;
}

/** Reads a recipe; a directory means the stone.yaml in it. The error is a sentence with the path. */
export async function readRecipeFiles(path: string): Promise<Result<RecipeFiles, string>> {
  const fileName = await recipePath(path);
  const text = await readText(fileName, RECIPE_SIZE_BYTES_MAX);
  if (!text.ok) return text;
  if (basename(fileName) !== RECIPE_NAME) {
    return ok({ fileName, text: text.value, control: undefined });
  }
  const controlName = join(dirname(fileName), CONTROL_NAME);
  if (!(await isFile(controlName))) return ok({ fileName, text: text.value, control: undefined });
  const control = await readText(controlName, RECIPE_SIZE_BYTES_MAX);
  if (!control.ok) return control;
  return ok({
    fileName,
    text: text.value,
    control: { text: control.value, fileName: controlName },
  });
}

/** The report (`manifest.<architecture>.jsonc`) beside a recipe, or undefined when there is none. */
export async function readManifestReport(
  fileName: string,
  architecture: string,
): Promise<Result<string, string> | undefined> {
  const path = join(dirname(fileName), `manifest.${architecture}.jsonc`);
  return (await isFile(path)) ? readText(path, REPORT_SIZE_BYTES_MAX) : undefined;
}

/** A list of paths, one to a line; `-` is the standard input. */
export async function readPathList(path: string): Promise<Result<string[], string>> {
  const text = await readText(path === '-' ? '/dev/stdin' : path, REPORT_SIZE_BYTES_MAX);
  return text.ok ? ok(text.value.split('\n').filter((line) => line !== '')) : text;
}

async function recipePath(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, RECIPE_NAME) : path;
  } catch {
    return path;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Reads at most one byte more than allowed, so that a file that grows or never ends does no harm. */
async function readText(path: string, sizeBytesMax: number): Promise<Result<string, string>> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      for await (const chunk of file.createReadStream({ end: sizeBytesMax, autoClose: false })) {
        chunks.push(chunk as Buffer);
        sizeBytes += (chunk as Buffer).byteLength;
      }
      if (sizeBytes > sizeBytesMax) return err(`${path}: larger than ${sizeBytesMax} bytes`);
      // What is not UTF-8 becomes U+FFFD, which the parser refuses with its place.
      return ok(new TextDecoder('utf-8').decode(Buffer.concat(chunks)));
    } finally {
      await file.close();
    }
  } catch (error) {
    return err(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}
