import { type GitError } from '@cairn/exec';
import { type FailureCode } from '../build-outcome.js';

/** Why an upstream could not be had. */
export interface UpstreamError {
  readonly code: Extract<FailureCode, `upstream.${string}` | 'build.cancelled'>;
  readonly message: string;
}

/** What a failure of git says about the upstream. */
export function gitFailure(error: GitError): UpstreamError {
  if (error.code === 'git.cancelled') return { code: 'build.cancelled', message: error.message };
  if (error.code === 'git.unsafe-tree' || error.code === 'git.bad-url')
    return { code: 'upstream.refused', message: error.message };
  return {
    code: error.code === 'git.limit-reached' ? 'upstream.too-large' : 'upstream.unreachable',
    message: error.message,
  };
}
