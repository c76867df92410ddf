import { type BuildFailure, type BuildOutcome } from '@cairn/executor';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { humanSize, printable } from '../stone/printable.js';
import { printJson, printLine } from '../stone/terminal.js';
import { type PhaseTime } from './phase-view.js';
import { type BuildDifference } from './tree-differences.js';

/** What is known at the end of `cairn recipe build`. */
export interface BuildReport {
  readonly path: string;
  readonly executor: string;
  readonly outcome: BuildOutcome;
  readonly phases: readonly PhaseTime[];
  /** Null after one build. */
  readonly differences: readonly BuildDifference[] | null;
  readonly outputDir: string;
  readonly logFile: string;
}

const DIFFERENCES_SHOWN_MAX = 50;

/** The result as one JSON object. */
export function printReportJson(report: BuildReport): void {
  const { path, executor, outcome, phases, differences, logFile } = report;
  const isSuccess = outcome.outcome === 'success';
  printJson({
    path,
    executor,
    outcome: outcome.outcome,
    artefacts: isSuccess
      ? outcome.collectables.map(({ kind, name, sizeBytes, sha256 }) => ({
          kind,
          name,
          sizeBytes,
          sha256,
        }))
      : [],
    failure: isSuccess ? null : withoutOutcome(outcome),
    phases,
    reproducible: differences === null ? null : differences.length === 0,
    differences: differences ?? [],
    outputDir: report.outputDir,
    logFile,
  });
}

function withoutOutcome(failure: BuildFailure): Omit<BuildFailure, 'outcome'> {
  const { outcome: _outcome, ...facts } = failure;
  return facts;
}

/** The result for people, on the standard output. */
export function printReport({ outcome, differences, outputDir }: BuildReport): void {
  if (outcome.outcome === 'success') {
    for (const { name, sizeBytes } of outcome.collectables)
      printLine(printable(`${name}  ${humanSize(sizeBytes)}`));
    printLine(printable(`in ${outputDir}`));
  }
  if (differences === null) return;
  for (const { artefact, path, what } of differences.slice(0, DIFFERENCES_SHOWN_MAX))
    printLine(printable(`! ${artefact}${path === null ? '' : ` ${path}`}: ${what}`));
  if (differences.length > DIFFERENCES_SHOWN_MAX)
    printLine(`! … and ${differences.length - DIFFERENCES_SHOWN_MAX} more; --json shows all`);
  if (differences.length === 0) printLine('Built twice: every byte is equal.');
}

/** What the facts of a failure say, on several lines: where, in which command, and the lines around. */
export function failureLines(failure: BuildFailure): string[] {
  const { phase, command, recipeLine, exitCode, signal, excerpt, fingerprint } = failure;
  const place = recipeLine === undefined ? '' : `, line ${recipeLine} of the recipe`;
  const ended = signal ?? (exitCode === undefined ? undefined : `exit code ${exitCode}`);
  return [
    ...(excerpt === '' ? [] : excerpt.split('\n').map((line) => `  | ${line}`)),
    `phase ${phase}${place}`,
    ...(command === undefined ? [] : [`command: ${command.split('\n')[0] ?? ''}`]),
    ...(ended === undefined ? [] : [`ended with ${ended}`]),
    `${failure.class} failure, fingerprint ${fingerprint}`,
  ].map(printable);
}

/** The failure as the last line, with what to do next. */
export function failureError(failure: BuildFailure, logFile: string): CliError {
  return new CliError(failure.code, failure.message, {
    exitCode: EXIT.failed,
    nextStep: nextStep(failure) ?? `The whole log is in ${logFile}.`,
  });
}

function nextStep({ code }: BuildFailure): string | undefined {
  const steps: Partial<Record<BuildFailure['code'], string>> = {
    'recipe.invalid': 'See `cairn recipe check`.',
    'build.missing-build-dependency':
      'Give a repository with --repo or packages with --stone, or install what provides it.',
    'build.networking-denied': 'Add --network to give it one.',
    'build.time-limit': 'Raise --time-limit.',
    'build.silence-limit': 'Raise --silence-limit.',
    'build.disk-limit': 'Raise --disk-limit, or free disk space.',
    'build.out-of-memory': 'Raise --memory-limit, or lower --jobs.',
    'build.needs-id-range': 'Run the command as root.',
    'boulder.unavailable': 'Install boulder, or use --executor sandbox.',
    'upstream.refused': 'Add --allow-private-addresses if you trust the recipe.',
  };
  return steps[code];
}
