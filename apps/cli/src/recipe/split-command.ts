import { createPathSplitter, formatRecipeError, parseRecipe, splitPaths } from '@cairn/recipe';
import { err, ok, type Result } from '@cairn/std';
import { printable } from '../stone/printable.js';
import { EXIT_REFUSED, EXIT_USAGE, fail, printLine } from '../stone/terminal.js';
import { readRecordedPaths, type RecordedPaths } from './manifest-report.js';
import { readManifestReport, readPathList, readRecipeFiles } from './recipe-files.js';

/** Options of `cairn recipe split`. */
export interface SplitCommandOptions {
  readonly json?: boolean;
  readonly oldSpelling?: boolean;
  readonly architecture: string;
  /** A list of paths, one to a line, instead of those the manifest records. */
  readonly files?: string;
}

/** A path whose package differs from the recorded one. */
interface Misplaced {
  readonly path: string;
  readonly recorded: string;
  readonly computed: string;
}

interface Split {
  readonly packages: ReadonlyMap<string, readonly string[]>;
  readonly misplaced: readonly Misplaced[];
}

/** `cairn recipe split PATH…`: which package each installed path goes to; compares with the committed manifest. */
export async function splitCommand(
  paths: readonly string[],
  options: SplitCommandOptions,
): Promise<void> {
  for (const path of paths) {
    const split = await splitRecipe(path, options);
    if (!split.ok) {
      fail(split.error.map(printable).join('\n'), EXIT_USAGE);
      continue;
    }
    printSplit(path, split.value, options);
    if (split.value.misplaced.length > 0) process.exitCode ??= EXIT_REFUSED;
  }
}

async function splitRecipe(
  path: string,
  { oldSpelling = false, architecture, files: list }: SplitCommandOptions,
): Promise<Result<Split, string[]>> {
  const files = await readRecipeFiles(path);
  if (!files.ok) return err([files.error]);
  const { text, fileName } = files.value;
  const recipe = parseRecipe(text, { fileName, oldSpelling });
  if (!recipe.ok) return err(recipe.error.map(formatRecipeError));
  if (list !== undefined) {
    const installed = await readPathList(list);
    if (!installed.ok) return err([installed.error]);
    const packages = splitPaths({ recipe: recipe.value, paths: installed.value });
    return ok({ packages, misplaced: [] });
  }
  const recorded = await readRecorded(fileName, architecture);
  if (!recorded.ok) return err([recorded.error]);
  const packages = splitPaths({
    recipe: recipe.value,
    paths: [...recorded.value.values()].flat(),
  });
  const splitter = createPathSplitter(recipe.value);
  const misplaced = [...recorded.value].flatMap(([name, installed]) =>
    installed
      .map((one): Misplaced => ({ path: one, recorded: name, computed: splitter.packageOf(one) }))
      .filter(({ computed }) => computed !== name),
  );
  return ok({ packages, misplaced });
}

async function readRecorded(
  fileName: string,
  architecture: string,
): Promise<Result<RecordedPaths, string>> {
  const report = await readManifestReport(fileName, architecture);
  if (report === undefined) {
    return err(`${fileName}: no manifest.${architecture}.jsonc beside it; give --files`);
  }
  return report.ok ? readRecordedPaths(report.value) : report;
}

function printSplit(
  path: string,
  { packages, misplaced }: Split,
  options: SplitCommandOptions,
): void {
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  if (options.json === true) {
    printLine(JSON.stringify({ path, packages: Object.fromEntries(sorted), misplaced }));
    return;
  }
  for (const [name, installed] of sorted) {
    printLine(printable(name));
    for (const one of installed) printLine(printable(`  ${one}`));
  }
  for (const { path: one, recorded, computed } of misplaced) {
    printLine(printable(`! ${one}: recorded in ${recorded}, the rules say ${computed}`));
  }
}
