import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildPlan, type BuildStage, type PlannedScript } from '@cairn/recipe';
import { type BuildFailure, type FailureCode } from '../build-outcome.js';
import { type BuildLog } from '../build-log.js';
import { type BuildLimits } from '../build-order.js';
import { failure } from '../failure.js';
import { PHASE_SCRIPT } from './enter-script.js';
import { pythonLayoutEnvironment } from './python-layout.js';
import { type FailedCommand, type Sandbox, type SandboxError } from './sandbox.js';
import { type Scratch } from './scratch.js';

/** What running the phases needs beside the plan. */
export interface PhaseRun {
  readonly plan: BuildPlan;
  readonly sandbox: Sandbox;
  readonly scratch: Scratch;
  readonly log: BuildLog;
  readonly limits: BuildLimits;
  readonly network: boolean;
  /** When the build as a whole must have ended, on the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const BASH = ['/usr/bin/bash', '--noprofile', '--norc', '-c', PHASE_SCRIPT, 'cairn'];
const SIGNALS: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  25: 'SIGXFSZ',
};
const SIGNAL_EXIT_BASE = 128;

/** Runs every phase of every stage in order; returns the first failure, or undefined when all went well. */
export async function runPhases(order: PhaseRun): Promise<BuildFailure | undefined> {
  for (const stage of order.plan.stages) {
    const detail =
      stage.pgoStage === 'none' ? stage.target : `${stage.target}, stage ${stage.pgoStage}`;
    const emptied = await runScript(order, {
      name: 'prepare',
      stage,
      script: emptyScript(stage),
      cwd: '/mason/build',
    });
    if (emptied !== undefined) return emptied;
    for (const phase of stage.phases) {
      order.log.enter(phase.name, detail);
      const cwd = phase.name === 'prepare' ? stage.buildDirectory : stage.workDirectory;
      for (const script of phase.scripts) {
        const failed = await runScript(order, { name: phase.name, stage, script, cwd });
        if (failed !== undefined) return failed;
      }
    }
  }
  return undefined;
}

/** Each stage begins in an empty directory. */
function emptyScript(stage: BuildStage): PlannedScript {
  const text = `set -e\nrm -rf -- '${stage.buildDirectory}'\nmkdir -p -- '${stage.buildDirectory}'\n`;
  return { text, recipeLines: [], breakpoint: null };
}

interface ScriptRun {
  readonly name: string;
  readonly stage: BuildStage;
  readonly script: PlannedScript;
  readonly cwd: string;
}

async function runScript(
  order: PhaseRun,
  { name, stage, script, cwd }: ScriptRun,
): Promise<BuildFailure | undefined> {
  const { sandbox, log, limits } = order;
  await writeFile(path.join(order.scratch.scripts, 'phase.sh'), script.text, { mode: 0o644 });
  const outcome = await sandbox.run({
    command: [...BASH, '/mason/scripts/phase.sh'],
    // The work directory of the phases after prepare exists only when prepare has made it; the script checks that itself.
    cwd: cwd === stage.buildDirectory ? cwd : '/mason/build',
    environment: {
      HOME: stage.buildDirectory,
      PATH: '/usr/bin:/usr/sbin',
      ...pythonLayoutEnvironment(),
    },
    network: order.network,
    timeoutMs: order.deadlineMs - performance.now(),
    outputBytesMax: Math.max(1, limits.logBytes - log.sizeBytes),
    signal: order.signal,
    onOutput: (chunk) => log.write(chunk),
  });
  if (!outcome.ok) return limitFailure({ error: outcome.error, phase: name, log });
  const { exitCode } = outcome.value;
  if (exitCode === 0) return undefined;
  if (!(await sandbox.wasEntered())) {
    return failure({
      code: 'sandbox.failed',
      phase: name,
      message: `The sandbox could not be entered: ${log.excerpt()}`,
      excerpt: log.excerpt(),
    });
  }
  return phaseFailure({
    phase: name,
    log,
    script,
    exitCode: exitCode ?? SIGNAL_EXIT_BASE,
    failed: (await sandbox.failedCommand()) ?? complainedCommand(script, log, exitCode),
    hasIdRange: sandbox.hasIdRange,
  });
}

/** Where the shell gave up by itself, as it does for an unset variable; no trap sees that. */
function complainedCommand(
  script: PlannedScript,
  { shellComplaint }: BuildLog,
  exitCode: number | null,
): FailedCommand | undefined {
  if (shellComplaint === undefined) return undefined;
  const { line } = shellComplaint;
  const command = script.text.split('\n')[line - 1]?.trim() ?? '';
  return { exitCode: exitCode ?? SIGNAL_EXIT_BASE, line, command };
}

function phaseFailure(facts: {
  readonly phase: string;
  readonly log: BuildLog;
  readonly script: PlannedScript;
  readonly exitCode: number;
  readonly failed: FailedCommand | undefined;
  readonly hasIdRange: boolean;
}): BuildFailure {
  const { phase, log, script, failed } = facts;
  const exitCode = failed?.exitCode ?? facts.exitCode;
  const signal = exitCode > SIGNAL_EXIT_BASE ? SIGNALS[exitCode - SIGNAL_EXIT_BASE] : undefined;
  const command = failed?.command ?? log.lastCommand;
  const ended = signal ?? `exit code ${exitCode}`;
  return failure({
    code: codeOf({ phase, signal, errorLine: log.errorLine, hasIdRange: facts.hasIdRange }),
    phase,
    message: `The ${phase} phase ended with ${ended}${command === undefined ? '' : ` in: ${command.split('\n')[0] ?? ''}`}`,
    command,
    recipeLine:
      failed === undefined ? undefined : (script.recipeLines[failed.line - 1] ?? undefined),
    exitCode,
    signal,
    excerpt: log.excerpt(),
    errorLine: log.errorLine,
  });
}

/** Preparing runs no text of the recipe, so what fails there is what was unpacked. */
function codeOf(facts: {
  readonly phase: string;
  readonly signal: string | undefined;
  readonly errorLine: string | undefined;
  readonly hasIdRange: boolean;
}): FailureCode {
  // The limit of one file is that of the disk: whoever meets it would have filled it.
  if (facts.signal === 'SIGXFSZ') return 'build.disk-limit';
  if (facts.phase === 'prepare') return 'upstream.bad-archive';
  return !facts.hasIdRange && needsIdRange(facts.errorLine)
    ? 'build.needs-id-range'
    : 'build.phase-failed';
}

/** A change of owner to anyone but root needs more user ids than a plain user namespace has. */
function needsIdRange(errorLine: string | undefined): boolean {
  return (
    errorLine !== undefined &&
    /(?:chown|chgrp|chmod|install|ownership).*Invalid argument|(?:chown|chgrp|install): invalid (?:user|group)/.test(
      errorLine,
    )
  );
}

/** The failure that a limit of the build stands for. */
export function limitFailure(facts: {
  readonly error: SandboxError;
  readonly phase: string;
  readonly log: BuildLog;
}): BuildFailure {
  const { error, phase, log } = facts;
  return failure({
    code: CODE_OF_LIMIT[error.code],
    phase,
    message: error.message,
    command: log.lastCommand,
    excerpt: log.excerpt(),
    errorLine: error.code,
  });
}

const CODE_OF_LIMIT: Readonly<Record<SandboxError['code'], FailureCode>> = {
  'exec.bad-argument': 'sandbox.failed',
  'exec.not-found': 'sandbox.unavailable',
  'exec.spawn-failed': 'sandbox.unavailable',
  'exec.cancelled': 'build.cancelled',
  'exec.time-limit': 'build.time-limit',
  'exec.silence-limit': 'build.silence-limit',
  'exec.output-limit': 'build.log-limit',
  'sandbox.out-of-memory': 'build.out-of-memory',
  'sandbox.disk-limit': 'build.disk-limit',
  'sandbox.not-entered': 'sandbox.failed',
};
