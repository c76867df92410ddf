import { type BuildFailure } from '@cairn/contracts';
import type { GitError } from '@cairn/exec';

const MESSAGE_LENGTH_MAX = 1_900;

/** Whose fault a git error is: bad names and trees are the project's, everything else is this machine's or the network's. */
const CLASS_OF: Readonly<Record<GitError['code'], BuildFailure['class']>> = {
  'git.bad-url': 'recipe',
  'git.bad-branch': 'recipe',
  'git.bad-commit': 'recipe',
  'git.bad-path': 'recipe',
  'git.unsafe-tree': 'recipe',
  'git.cancelled': 'cancelled',
  'git.not-found': 'infrastructure',
  'git.unknown-revision': 'infrastructure',
  'git.unreachable': 'infrastructure',
  'git.limit-reached': 'infrastructure',
  'git.bad-output': 'infrastructure',
  'git.failed': 'infrastructure',
};

/** A git error as the failure of a build's first step. */
export function checkoutFailure(error: GitError): BuildFailure {
  return {
    class: CLASS_OF[error.code],
    code: error.code,
    step: 'checkout',
    message: `The recipe could not be checked out: ${error.message}`.slice(0, MESSAGE_LENGTH_MAX),
    fingerprint: error.code,
    ...('exitCode' in error && error.exitCode !== null ? { exitCode: error.exitCode } : {}),
  };
}

/** Whether a mirror may be the cause: then it is made anew once. */
export function mayBeDamagedMirror(error: GitError): boolean {
  return error.code === 'git.failed' || error.code === 'git.bad-output';
}
