import { type FailureCode } from '../build-outcome.js';

const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const PHASE_OF_LETTER: Readonly<Record<string, string>> = {
  P: 'prepare',
  S: 'setup',
  B: 'build',
  I: 'install',
  C: 'check',
  W: 'workload',
};

/** The phase that a line of boulder's output belongs to: script lines begin with a bar and the phase's letter. */
export function phaseOfBoulderLine(line: string): string | undefined {
  const letter = /^\s*[│┃|▌▍▎▏█]\s*([PSBICW])(?:\s*[│┃|▌▍▎▏█]|\s)/.exec(
    line.replace(ESCAPES, ''),
  )?.[1];
  return letter === undefined ? undefined : PHASE_OF_LETTER[letter];
}

/** What boulder's last words say about a failed build. */
export interface BoulderComplaint {
  readonly code: FailureCode;
  readonly message: string;
  /** Exit code or signal of the failed script, where boulder names them. */
  readonly exitCode?: number;
  readonly signal?: string;
  /** What nobody provides, where boulder names it. */
  readonly missingDependencies?: readonly string[];
}

const MEANINGS: readonly (readonly [RegExp, FailureCode])[] = [
  [/hash mismatch|checksum mismatch|invalid hash/i, 'upstream.hash-mismatch'],
  [
    /no such name|no package found|no provider|could not find package/i,
    'build.missing-build-dependency',
  ],
  [/no space left/i, 'build.disk-limit'],
  [/sub-?(?:u|g)?ids?\b|newuidmap|newgidmap/i, 'build.needs-id-range'],
  [/failed with (?:status code|signal)|terminated by signal/i, 'build.phase-failed'],
  [/fetch|download|dns error|connection|request/i, 'upstream.unreachable'],
];

/** Reads the `Error: …` line that ends a failed run. All of its causes stand in this one line. */
export function readComplaint(output: string): BoulderComplaint {
  const lines = output.replace(ESCAPES, '').split('\n');
  const message =
    lines.findLast((line) => line.startsWith('Error: '))?.slice('Error: '.length) ??
    lines.findLast((line) => line.trim() !== '') ??
    'boulder said nothing.';
  const code = MEANINGS.find(([pattern]) => pattern.test(message))?.[1] ?? 'boulder.failed';
  const exitCode = /failed with status code (\d+)/.exec(message)?.[1];
  const signal = /\b(SIG[A-Z]{3,6})\b/.exec(message)?.[1];
  const missing =
    code === 'build.missing-build-dependency' ? /: ([^\s:,]+\)?)$/.exec(message)?.[1] : undefined;
  return {
    code,
    message,
    ...(missing === undefined ? {} : { missingDependencies: [missing] }),
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ...(signal === undefined ? {} : { signal }),
  };
}
