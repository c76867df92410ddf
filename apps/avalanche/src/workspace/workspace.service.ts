import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type BuildFailure, type BuildOrder } from '@cairn/contracts';
import {
  createGit,
  parseBranchName,
  parseCommitId,
  parseGitUrl,
  parseRelativePath,
  type BranchName,
  type CommitId,
  type Git,
  type GitError,
  type GitUrl,
  type RelativePath,
} from '@cairn/exec';
import { type Logger } from '@cairn/observability';
import { err, ok, type Result } from '@cairn/std';
import { type StateDirectory } from '../state-directory.js';
import { checkoutFailure, mayBeDamagedMirror } from './domain/git-failure.js';

/** A recipe on this machine, exactly as it is in the order's commit. */
export interface Checkout {
  /** Absolute path of the folder that holds the recipe and what belongs to it. */
  readonly recipeDir: string;
  /** Name of the recipe file in it. */
  readonly recipeFile: string;
}

interface Inputs {
  readonly url: GitUrl;
  readonly branch: BranchName;
  readonly commit: CommitId;
  readonly recipePath: RelativePath;
}

/** Brings recipes here: one bare mirror per repository, one checkout of the recipe's folder per attempt. */
export class WorkspaceService {
  readonly #state: StateDirectory;
  readonly #allowLocal: boolean;
  readonly #git: Git;
  readonly #log: Logger;
  readonly #mirrorQueues = new Map<string, Promise<unknown>>();

  constructor(options: {
    readonly state: StateDirectory;
    /** Allows file paths and plain http as repositories. */
    readonly allowLocalRepositories: boolean;
    readonly log: Logger;
  }) {
    this.#state = options.state;
    this.#allowLocal = options.allowLocalRepositories;
    this.#git = createGit({ allowLocal: options.allowLocalRepositories });
    this.#log = options.log;
  }

  /** Checks the order's commit out below the attempt's work directory, which is emptied first. */
  async prepare(order: BuildOrder, signal: AbortSignal): Promise<Result<Checkout, BuildFailure>> {
    const inputs = parseInputs(order, this.#allowLocal);
    if (!inputs.ok) return err(checkoutFailure(inputs.error));
    const { url, commit, recipePath } = inputs.value;
    const mirror = path.join(this.#state.mirrors, mirrorName(url));
    const fetched = await this.#inTurn(mirror, () => this.#fetch(mirror, inputs.value, signal));
    if (!fetched.ok) return err(checkoutFailure(fetched.error));
    const target = path.join(this.#state.attempt(order.attemptId).work, 'checkout');
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    const folder = parseRelativePath(path.posix.dirname(recipePath));
    const written = await this.#git.checkout({
      dir: mirror,
      commit,
      target,
      signal,
      ...(folder.ok ? { path: folder.value } : {}),
    });
    if (!written.ok) return err(checkoutFailure(written.error));
    return ok({
      recipeDir: path.join(target, path.posix.dirname(recipePath)),
      recipeFile: path.posix.basename(recipePath),
    });
  }

  /** Makes sure that the mirror holds the commit; asks the network only when it does not. */
  async #fetch(
    mirror: string,
    inputs: Inputs,
    signal: AbortSignal,
  ): Promise<Result<void, GitError>> {
    const { commit } = inputs;
    if ((await this.#git.commitTime({ dir: mirror, commit })).ok) return ok(undefined);
    await mkdir(this.#state.mirrors, { recursive: true });
    const fetched = await this.#fetchOnce(mirror, inputs, signal);
    if (fetched.ok || !mayBeDamagedMirror(fetched.error)) return fetched;
    this.#log.warn({ mirror, code: fetched.error.code }, 'Mirror made anew');
    await rm(mirror, { recursive: true, force: true });
    return this.#fetchOnce(mirror, inputs, signal);
  }

  async #fetchOnce(
    mirror: string,
    { url, branch, commit }: Inputs,
    signal: AbortSignal,
  ): Promise<Result<void, GitError>> {
    const byBranch = await this.#git.mirrorFetch({ url, dir: mirror, branch, signal });
    if ((await this.#git.commitTime({ dir: mirror, commit })).ok) return ok(undefined);
    if (!byBranch.ok && byBranch.error.code !== 'git.unknown-revision') return byBranch;
    // The branch may have been moved away from the commit meanwhile.
    const byId = await this.#git.fetchCommit({ url, dir: mirror, commit, signal });
    return byId.ok ? ok(undefined) : byId;
  }

  /** Two slots must not write the same mirror at once. */
  #inTurn<T>(mirror: string, act: () => Promise<T>): Promise<T> {
    const before = this.#mirrorQueues.get(mirror) ?? Promise.resolve();
    const turn = before.then(act, act);
    const done = turn
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#mirrorQueues.get(mirror) === done) this.#mirrorQueues.delete(mirror);
      });
    this.#mirrorQueues.set(mirror, done);
    return turn;
  }
}

function parseInputs(order: BuildOrder, allowLocal: boolean): Result<Inputs, GitError> {
  const { repository } = order;
  const url = parseGitUrl(repository.url, { allowLocal });
  if (!url.ok) return url;
  const branch = parseBranchName(repository.branch);
  if (!branch.ok) return branch;
  const commit = parseCommitId(repository.commit);
  if (!commit.ok) return commit;
  const recipePath = parseRelativePath(repository.recipePath);
  if (!recipePath.ok) return recipePath;
  return ok({
    url: url.value,
    branch: branch.value,
    commit: commit.value,
    recipePath: recipePath.value,
  });
}

function mirrorName(url: GitUrl): string {
  return `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.git`;
}
