import { verifyStone, verifyStorage } from '@cairn/stone-files';
import { counted, humanSize, printable } from './printable.js';
import { refusalJson, refusalLine } from './refusal-line.js';
import { EXIT_REFUSED, printJson, printLine } from './terminal.js';

/** Options of `cairn stone verify`. */
export interface VerifyOptions {
  readonly tolerant?: boolean;
  readonly storage?: boolean;
  readonly json?: boolean;
}

/** `cairn stone verify FILE…`: one line for each file; exit code 1 when one is refused. */
export async function verifyCommand(
  paths: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const reports: unknown[] = [];
  for (const path of paths) {
    const { line, report, isGood } = await verifyOne(path, options);
    if (!isGood) process.exitCode = EXIT_REFUSED;
    if (options.json === true) reports.push(report);
    else printLine(line);
  }
  if (options.json === true) printJson(reports);
}

interface Verdict {
  readonly isGood: boolean;
  readonly line: string;
  readonly report: unknown;
}

async function verifyOne(path: string, options: VerifyOptions): Promise<Verdict> {
  if (options.storage === true) {
    const result = await verifyStorage(path);
    if (!result.ok) return refused(path, result.error);
    const { sizeBytes, payloadCount } = result.value;
    const facts = `${humanSize(sizeBytes)}, ${counted(payloadCount, 'payload')}, stored bytes only`;
    return good(path, facts, { sizeBytes, payloadCount });
  }
  const result = await verifyStone(path, {
    mode: options.tolerant === true ? 'tolerant' : 'strict',
  });
  if (!result.ok) return refused(path, result.error);
  const { packages, layout: _layout, ...summary } = result.value;
  const facts = [
    summary.fileType,
    humanSize(summary.sizeBytes),
    counted(packages.length, 'package'),
    ...(summary.pathCount > 0 ? [counted(summary.pathCount, 'path')] : []),
  ];
  return good(path, facts.join(', '), { ...summary, packages: packages.map(({ name }) => name) });
}

function good(path: string, facts: string, report: object): Verdict {
  return {
    isGood: true,
    line: `${printable(path)}: good (${facts})`,
    report: { path, ok: true, ...report },
  };
}

function refused(path: string, error: Parameters<typeof refusalLine>[1]): Verdict {
  return { isGood: false, line: refusalLine(path, error), report: refusalJson(path, error) };
}
