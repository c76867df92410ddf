export {
  createGit,
  DEFAULT_GIT_LIMITS,
  type CommitAddress,
  type CommitTimes,
  type Git,
  type GitOptions,
  type JudgedAddress,
} from './git.js';
export {
  parseBranchName,
  parseCommitId,
  parseGitUrl,
  parseRelativePath,
  type BranchName,
  type CommitId,
  type GitInputError,
  type GitUrl,
  type RelativePath,
} from './git-inputs.js';
export { type GitError, type GitLimits } from './git-run.js';
export { staysInside, type TreeEntry, type TreeEntryKind } from './git-tree.js';
export { untilGone } from './process-tree.js';
export { run } from './run.js';
export {
  MINIMAL_ENVIRONMENT,
  type ExecError,
  type OutputStream,
  type RunOrder,
  type RunOutcome,
} from './run-outcome.js';
