/** What the exit codes of `cairn` mean; documented in docs/operating/cli.md. */
export const EXIT = {
  done: 0,
  /** The thing asked about failed, or the server refused. */
  failed: 1,
  usage: 2,
  notPermitted: 3,
  unreachable: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The list for the help text. */
export const EXIT_CODE_HELP = `Exit codes:
  0  done
  1  the thing asked about failed, or the server refused
  2  wrong usage
  3  not logged in, or not permitted
  4  the server cannot be reached`;
