import { err, ok, type Result } from '@cairn/std';
import { type GitInputError } from './git-inputs.js';
import { run } from './run.js';
import { type ExecError } from './run-outcome.js';

/** Why a git operation gave no value. Only `git.…` codes; the cause of a limit is in `message`. */
export type GitError =
  | GitInputError
  | { readonly code: 'git.not-found'; readonly message: string }
  | { readonly code: 'git.unknown-revision'; readonly message: string }
  | { readonly code: 'git.unreachable'; readonly message: string }
  | { readonly code: 'git.limit-reached'; readonly message: string }
  | { readonly code: 'git.cancelled'; readonly message: string }
  | { readonly code: 'git.unsafe-tree'; readonly message: string }
  | { readonly code: 'git.bad-output'; readonly message: string }
  | { readonly code: 'git.failed'; readonly message: string; readonly exitCode: number | null };

/** Limits of every git call. */
export interface GitLimits {
  readonly timeoutMs: number;
  /** Largest single file that git may write, such as a fetched pack. */
  readonly fileSizeMaxBytes: number;
  readonly outputMaxBytes: number;
}

/** One git command with the options that keep it from running anything but git. */
export interface GitCommand {
  readonly gitPath: string;
  readonly args: readonly string[];
  readonly limits: GitLimits;
  /** Transports that this command may use; none when absent. */
  readonly protocols?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

const PRLIMIT = '/usr/bin/prlimit';
const ERROR_TEXT_MAX = 2_000;
const LOW_SPEED_BYTES = 1_000;
const LOW_SPEED_SECONDS = 60;

// A repository's own settings are hostile: hooks, filters, external transports, paging and prompting stay off.
const HARDENED = [
  '--no-pager',
  '--literal-pathspecs',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.attributesFile=/dev/null',
  '-c',
  'core.symlinks=true',
  '-c',
  'core.protectHFS=true',
  '-c',
  'core.protectNTFS=true',
  '-c',
  'core.quotePath=false',
  '-c',
  'protocol.ext.allow=never',
  '-c',
  'submodule.recurse=false',
  '-c',
  'fetch.fsckObjects=false',
  '-c',
  'transfer.bundleURI=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'credential.helper=',
];

/** Runs git and returns its standard output; every failure is a `GitError`. */
export async function runGit(command: GitCommand): Promise<Result<Buffer, GitError>> {
  const outcome = await run({
    command: PRLIMIT,
    args: [
      `--fsize=${command.limits.fileSizeMaxBytes}`,
      '--core=0',
      '--',
      command.gitPath,
      ...HARDENED,
      ...command.args,
    ],
    env: { ...environment(command.protocols), ...command.env },
    timeoutMs: command.limits.timeoutMs,
    outputBytesMax: command.limits.outputMaxBytes,
    ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
    ...(command.signal === undefined ? {} : { signal: command.signal }),
  });
  if (!outcome.ok) return err(limitError(outcome.error));
  if (outcome.value.exitCode === 0) return ok(outcome.value.stdout);
  return err(failure(outcome.value));
}

function environment(protocols: string | undefined): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    GIT_ALLOW_PROTOCOL: protocols ?? 'none',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_HTTP_LOW_SPEED_LIMIT: String(LOW_SPEED_BYTES),
    GIT_HTTP_LOW_SPEED_TIME: String(LOW_SPEED_SECONDS),
  };
}

function limitError(error: ExecError): GitError {
  switch (error.code) {
    case 'exec.cancelled':
      return { code: 'git.cancelled', message: error.message };
    case 'exec.time-limit':
    case 'exec.silence-limit':
    case 'exec.output-limit':
      return { code: 'git.limit-reached', message: error.message };
    case 'exec.not-found':
    case 'exec.spawn-failed':
    case 'exec.bad-argument':
      return { code: 'git.not-found', message: error.message };
  }
}

function failure(outcome: {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: Buffer;
}): GitError {
  const text = outcome.stderr.subarray(0, ERROR_TEXT_MAX).toString('utf8').trim();
  if (
    outcome.signal === 'SIGXFSZ' ||
    /file too large|File size limit|died of signal 25/i.test(text)
  ) {
    return { code: 'git.limit-reached', message: 'git wrote a file above the size limit.' };
  }
  if (
    /unable to access|Could not resolve host|Connection refused|timed out|early EOF|does not appear to be a git repository|Could not read from remote/i.test(
      text,
    )
  ) {
    return { code: 'git.unreachable', message: text };
  }
  if (
    /couldn't find remote ref|Needed a single revision|unknown revision|bad revision|Not a valid (object|commit|tree)|bad object|not a tree object/i.test(
      text,
    )
  ) {
    return { code: 'git.unknown-revision', message: text };
  }
  if (/failed to execute git|No such file or directory: .*git/i.test(text))
    return { code: 'git.not-found', message: text };
  return {
    code: 'git.failed',
    message: text === '' ? 'git failed without a word.' : text,
    exitCode: outcome.exitCode,
  };
}
