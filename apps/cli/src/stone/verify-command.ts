import { verifyStone, verifyStorage, type OnProgress, type StoneSummary } from '@cairn/stone-files';
import type { StoneError } from '@cairn/stone';
import type { Result } from '@cairn/std';
import type { Screen } from '../output/screen.js';
import { counted, humanSize, printable } from './printable.js';
import { refusalJson, refusalLine } from './refusal-line.js';
import { EXIT_REFUSED, printJson, printLine, ProgressLine } from './terminal.js';

/** Options of `cairn stone verify`. */
export interface VerifyCommandOptions {
  readonly tolerant?: boolean;
  readonly storage?: boolean;
  readonly json?: boolean;
}

/** `cairn stone verify FILE…`: one line for each file; exit code 1 when one is refused. */
export async function verifyCommand(
  screen: Screen,
  paths: readonly string[],
  options: VerifyCommandOptions,
): Promise<void> {
  const reports: unknown[] = [];
  let refusedCount = 0;
  for (const [at, path] of paths.entries()) {
    const which = paths.length === 1 ? '' : `${at + 1} of ${paths.length}: `;
    const progress = new ProgressLine(`Verifying ${which}${printable(path)}`);
    const verdict = await verifyOne(path, options, progress.showBytes);
    progress.clear();
    if (!verdict.ok) refusedCount++;
    if (options.json === true) reports.push(reportOf(path, verdict));
    else printLine(lineOf(screen, path, verdict));
  }
  if (refusedCount > 0) process.exitCode = EXIT_REFUSED;
  if (options.json === true) printJson(reports);
  else if (screen.isTerminal && paths.length > 1) {
    const good = screen.paint('green', `${counted(paths.length - refusedCount, 'file')} good`);
    const bad = screen.paint(refusedCount > 0 ? 'red' : 'dim', `${refusedCount} refused`);
    printLine(`\n${good}, ${bad}`);
  }
}

/** What a good file holds: facts for people, and the report for scripts. */
interface GoodFile {
  readonly facts: readonly string[];
  readonly report: object;
}

async function verifyOne(
  path: string,
  options: VerifyCommandOptions,
  onProgress: OnProgress,
): Promise<Result<GoodFile, StoneError>> {
  if (options.storage === true) {
    const result = await verifyStorage(path, { onProgress });
    if (!result.ok) return result;
    const { sizeBytes, payloadCount } = result.value;
    const facts = [humanSize(sizeBytes), counted(payloadCount, 'payload'), 'stored bytes only'];
    return { ok: true, value: { facts, report: result.value } };
  }
  const mode = options.tolerant === true ? 'tolerant' : 'strict';
  const result = await verifyStone(path, { mode, onProgress });
  return result.ok ? { ok: true, value: describe(result.value) } : result;
}

function describe({ packages, layout: _layout, ...summary }: StoneSummary): GoodFile {
  const facts = [
    summary.fileType,
    humanSize(summary.sizeBytes),
    counted(packages.length, 'package'),
    ...(summary.pathCount > 0 ? [counted(summary.pathCount, 'path')] : []),
  ];
  return { facts, report: { ...summary, packages: packages.map(({ name }) => name) } };
}

function lineOf(screen: Screen, path: string, verdict: Result<GoodFile, StoneError>): string {
  if (!verdict.ok) return refusalLine(path, verdict.error, screen.paint);
  const facts = screen.paint('dim', `(${verdict.value.facts.join(', ')})`);
  return `${printable(path)}: ${screen.paint('green', 'good')} ${facts}`;
}

function reportOf(path: string, verdict: Result<GoodFile, StoneError>): unknown {
  if (!verdict.ok) return refusalJson(path, verdict.error);
  return { path, ok: true, ...verdict.value.report };
}
