/** What a finished process left behind. A non-zero exit code is an outcome, not an error. */
export interface RunOutcome {
  /** The exit code, or null when a signal ended the process. */
  readonly exitCode: number | null;
  /** The signal that ended the process, such as `SIGSEGV`, or null. */
  readonly signal: NodeJS.Signals | null;
  /** Captured bytes; empty when capturing was switched off. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly durationMs: number;
}

/** Why a process gave no outcome: it could not start, or it was stopped at a limit. */
export type ExecError =
  | { readonly code: 'exec.bad-argument'; readonly message: string }
  | { readonly code: 'exec.not-found'; readonly message: string }
  | { readonly code: 'exec.spawn-failed'; readonly message: string }
  | { readonly code: 'exec.cancelled'; readonly message: string }
  | { readonly code: 'exec.time-limit'; readonly message: string; readonly limitMs: number }
  | { readonly code: 'exec.silence-limit'; readonly message: string; readonly limitMs: number }
  | { readonly code: 'exec.output-limit'; readonly message: string; readonly limitBytes: number };

/** The stream that a piece of output came from. */
export type OutputStream = 'stdout' | 'stderr';

/** One command: a fixed argument vector, never a shell line. */
export interface RunOrder {
  /** Name looked up in the `PATH` of `env`, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** Working directory; the caller's own when absent. */
  readonly cwd?: string;
  /** The whole environment of the child; nothing is inherited. Default: `MINIMAL_ENVIRONMENT`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Longest time without a byte of output; unlimited when absent. */
  readonly silenceMs?: number;
  /** Most bytes of stdout and stderr together; the process is stopped at the first byte above. */
  readonly outputBytesMax: number;
  /** False hands output to `onOutput` only. Default: true. */
  readonly capture?: boolean;
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  readonly onOutput?: (chunk: Buffer, stream: OutputStream) => void;
  /** Called once with the process id as soon as the child runs. */
  readonly onStart?: (pid: number) => void;
  /** Called when the command is about to be stopped, with the ids of all its descendants. */
  readonly onStop?: (descendants: readonly number[]) => void;
}

/** Environment of a child that needs nothing of its own. */
export const MINIMAL_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
};
