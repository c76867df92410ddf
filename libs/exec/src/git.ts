import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { err, GIB, MIB, MINUTE_MS, ok, type Result } from '@cairn/std';
import {
  parseBranchName,
  parseCommitId,
  parseGitUrl,
  parseRelativePath,
  type BranchName,
  type CommitId,
  type GitUrl,
  type RelativePath,
} from './git-inputs.js';
import { runGit, type GitCommand, type GitError, type GitLimits } from './git-run.js';
import { parseBatch, parseTreeListing, staysInside, type TreeEntry } from './git-tree.js';

/** Where a commit is looked up: a bare mirror and the commit's id. */
export interface CommitAddress {
  /** Absolute path of the bare mirror. */
  readonly dir: string;
  readonly commit: CommitId;
  /** Only this folder or file; the whole tree when absent. */
  readonly path?: RelativePath;
}

/** Author and committer time of a commit, in seconds since 1970. */
export interface CommitTimes {
  readonly authorSeconds: number;
  readonly committerSeconds: number;
}

/** git with fixed argument vectors. Every operation checks its inputs again before a process is started. */
export interface Git {
  /** Fetches one branch into a bare mirror (made when absent) and returns the commit it points to. */
  mirrorFetch(order: {
    url: GitUrl;
    dir: string;
    branch: BranchName;
    signal?: AbortSignal;
  }): Promise<Result<CommitId, GitError>>;
  /** Fetches single commits by id; for upstreams pinned to a commit. */
  fetchCommit(order: {
    url: GitUrl;
    dir: string;
    commit: CommitId;
    signal?: AbortSignal;
  }): Promise<Result<CommitId, GitError>>;
  resolveCommit(order: { dir: string; branch: BranchName }): Promise<Result<CommitId, GitError>>;
  listTree(order: CommitAddress): Promise<Result<TreeEntry[], GitError>>;
  /** Reads files by object id; refuses one above `blobMaxBytes` and all together above `totalMaxBytes`. */
  readBlobs(order: {
    dir: string;
    objectIds: readonly string[];
    blobMaxBytes: number;
    totalMaxBytes: number;
  }): Promise<Result<Map<string, Buffer>, GitError>>;
  /** Writes the commit's files below `target` at their paths. Links must stay inside; submodules stay empty folders. */
  checkout(
    order: CommitAddress & { target: string; signal?: AbortSignal },
  ): Promise<Result<void, GitError>>;
  /** Paths that differ between two commits. */
  changedPaths(order: {
    dir: string;
    from: CommitId;
    to: CommitId;
    path?: RelativePath;
  }): Promise<Result<string[], GitError>>;
  commitTime(order: { dir: string; commit: CommitId }): Promise<Result<CommitTimes, GitError>>;
  /** Reads a file of git's configuration syntax, such as `.gitmodules`; nothing in it takes effect. */
  readConfig(order: {
    dir: string;
    objectId: string;
  }): Promise<Result<ReadonlyMap<string, string>, GitError>>;
}

/** Where the host of an http(s) address really is. */
export interface JudgedAddress {
  readonly host: string;
  readonly port: number;
  readonly ipAddress: string;
}

export interface GitOptions {
  /** Allows `file:` paths and plain http; for development and tests. */
  readonly allowLocal: boolean;
  /** Default: `/usr/bin/git`. */
  readonly gitPath?: string;
  /** Connects to these addresses only, and follows no redirect: somebody has judged them. */
  readonly judged?: JudgedAddress;
  readonly limits?: GitLimits;
}

export const DEFAULT_GIT_LIMITS: GitLimits = {
  timeoutMs: 10 * MINUTE_MS,
  fileSizeMaxBytes: 4 * GIB,
  outputMaxBytes: 256 * MIB,
};

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const LINK_TEXT_MAX_BYTES = 4_096;

/** Git as the machine has it, with the given limits. */
export function createGit(options: GitOptions): Git {
  return new HardenedGit(options);
}

class HardenedGit implements Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  async mirrorFetch(order: {
    url: GitUrl;
    dir: string;
    branch: BranchName;
    signal?: AbortSignal;
  }): Promise<Result<CommitId, GitError>> {
    const branch = parseBranchName(order.branch);
    if (!branch.ok) return branch;
    const ref = `refs/heads/${branch.value}`;
    const fetched = await this.#fetch({ ...order, refspec: `+${ref}:${ref}` });
    return fetched.ok ? this.resolveCommit({ dir: order.dir, branch: branch.value }) : fetched;
  }

  async fetchCommit(order: {
    url: GitUrl;
    dir: string;
    commit: CommitId;
    signal?: AbortSignal;
  }): Promise<Result<CommitId, GitError>> {
    const commit = parseCommitId(order.commit);
    if (!commit.ok) return commit;
    const fetched = await this.#fetch({
      ...order,
      refspec: `+${commit.value}:refs/cairn/${commit.value}`,
    });
    return fetched.ok ? this.#resolve(order.dir, commit.value) : fetched;
  }

  async resolveCommit(order: {
    dir: string;
    branch: BranchName;
  }): Promise<Result<CommitId, GitError>> {
    const branch = parseBranchName(order.branch);
    return branch.ok ? this.#resolve(order.dir, `refs/heads/${branch.value}`) : branch;
  }

  async listTree(order: CommitAddress): Promise<Result<TreeEntry[], GitError>> {
    const address = checkAddress(order);
    if (!address.ok) return address;
    const { commit, folder } = address.value;
    const listed = await this.#git(order.dir, [
      'ls-tree',
      '-r',
      '-z',
      '-l',
      '--full-tree',
      commit,
      '--',
      ...folder,
    ]);
    return listed.ok ? parseTreeListing(listed.value) : listed;
  }

  async readBlobs(order: {
    dir: string;
    objectIds: readonly string[];
    blobMaxBytes: number;
    totalMaxBytes: number;
  }): Promise<Result<Map<string, Buffer>, GitError>> {
    const ids = [...new Set(order.objectIds)];
    if (ids.length === 0) return ok(new Map());
    if (!ids.every((id) => OBJECT_ID.test(id)))
      return err({ code: 'git.bad-commit', message: 'An object id is not valid.' });
    const stdin = `${ids.join('\n')}\n`;
    const sizes = await this.#git(
      order.dir,
      ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'],
      { stdin },
    );
    if (!sizes.ok) return sizes;
    const tooLarge = sizeProblem(sizes.value, order);
    if (tooLarge !== undefined) return err(tooLarge);
    const contents = await this.#git(order.dir, ['cat-file', '--batch'], { stdin });
    return contents.ok ? parseBatch(contents.value, ids.length) : contents;
  }

  async checkout(
    order: CommitAddress & { target: string; signal?: AbortSignal },
  ): Promise<Result<void, GitError>> {
    const address = checkAddress(order);
    if (!address.ok) return address;
    const safe = await this.#checkLinks(order);
    if (!safe.ok) return safe;
    await mkdir(order.target, { recursive: true });
    const scratch = await mkdtemp(path.join(tmpdir(), 'cairn-index-'));
    try {
      return await this.#writeTree({
        ...address.value,
        dir: order.dir,
        target: order.target,
        index: path.join(scratch, 'index'),
        signal: order.signal,
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async changedPaths(order: {
    dir: string;
    from: CommitId;
    to: CommitId;
    path?: RelativePath;
  }): Promise<Result<string[], GitError>> {
    const from = parseCommitId(order.from);
    if (!from.ok) return from;
    const address = checkAddress({ ...order, commit: order.to });
    if (!address.ok) return address;
    const { commit, folder } = address.value;
    const listed = await this.#git(order.dir, [
      'diff-tree',
      '-r',
      '-z',
      '--name-only',
      '--no-renames',
      from.value,
      commit,
      '--',
      ...folder,
    ]);
    return listed.ok
      ? ok(
          listed.value
            .toString('utf8')
            .split('\0')
            .filter((name) => name !== ''),
        )
      : listed;
  }

  async commitTime(order: {
    dir: string;
    commit: CommitId;
  }): Promise<Result<CommitTimes, GitError>> {
    const commit = parseCommitId(order.commit);
    if (!commit.ok) return commit;
    const read = await this.#git(order.dir, [
      'log',
      '-1',
      '--no-show-signature',
      '--format=%at %ct',
      '--end-of-options',
      commit.value,
      '--',
    ]);
    if (!read.ok) return read;
    const match = /^([0-9]+) ([0-9]+)$/.exec(read.value.toString('latin1').trim());
    if (match === null)
      return err({ code: 'git.bad-output', message: 'The time of the commit cannot be read.' });
    return ok({ authorSeconds: Number(match[1]), committerSeconds: Number(match[2]) });
  }

  async readConfig(order: {
    dir: string;
    objectId: string;
  }): Promise<Result<ReadonlyMap<string, string>, GitError>> {
    if (!OBJECT_ID.test(order.objectId))
      return err({ code: 'git.bad-commit', message: 'An object id is not valid.' });
    const read = await this.#git(order.dir, [
      ...['config', '-z', '--list', '--no-includes', '--blob', order.objectId],
    ]);
    if (!read.ok) return read;
    const entries = read.value.toString('utf8').split('\0').slice(0, -1);
    return ok(
      new Map(
        entries.map((entry) => {
          const at = entry.indexOf('\n');
          return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
        }),
      ),
    );
  }

  async #fetch(order: {
    url: GitUrl;
    dir: string;
    refspec: string;
    signal?: AbortSignal;
  }): Promise<Result<void, GitError>> {
    const url = parseGitUrl(order.url, this.#options);
    if (!url.ok) return url;
    if (!existsSync(path.join(order.dir, 'HEAD'))) {
      await mkdir(order.dir, { recursive: true });
      const made = await this.#run({
        args: ['init', '--bare', '--quiet', '--template=', '--end-of-options', order.dir],
      });
      if (!made.ok) return made;
    }
    const address = url.value.startsWith('git+') ? url.value.slice('git+'.length) : url.value;
    const args = [
      ...judgedSettings(this.#options.judged),
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      '--force',
      '--end-of-options',
      address,
      order.refspec,
    ];
    const fetched = await this.#git(order.dir, args, {
      protocols: protocolsOf(address),
      signal: order.signal,
    });
    return fetched.ok ? ok(undefined) : fetched;
  }

  async #resolve(dir: string, name: string): Promise<Result<CommitId, GitError>> {
    const found = await this.#git(dir, [
      'rev-parse',
      '--verify',
      '--end-of-options',
      `${name}^{commit}`,
    ]);
    return found.ok ? parseCommitId(found.value.toString('latin1').trim()) : found;
  }

  async #checkLinks(order: CommitAddress): Promise<Result<void, GitError>> {
    const entries = await this.listTree(order);
    if (!entries.ok) return entries;
    if (entries.value.length === 0 && order.path !== undefined) {
      return err({
        code: 'git.unknown-revision',
        message: 'The commit holds nothing at this path.',
      });
    }
    const links = entries.value.filter((entry) => entry.kind === 'symlink');
    const texts = await this.readBlobs({
      dir: order.dir,
      objectIds: links.map((link) => link.objectId),
      blobMaxBytes: LINK_TEXT_MAX_BYTES,
      totalMaxBytes: MIB * 64,
    });
    if (!texts.ok) return texts;
    const outside = links.find(
      (link) => !staysInside(link.path, texts.value.get(link.objectId)?.toString('utf8') ?? '/'),
    );
    return outside === undefined
      ? ok(undefined)
      : err({
          code: 'git.unsafe-tree',
          message: `The link ${JSON.stringify(outside.path)} leaves the tree.`,
        });
  }

  async #writeTree(order: {
    dir: string;
    commit: CommitId;
    folder: readonly string[];
    target: string;
    index: string;
    signal: AbortSignal | undefined;
  }): Promise<Result<void, GitError>> {
    const env = { GIT_INDEX_FILE: order.index, GIT_WORK_TREE: order.target };
    const [folder] = order.folder;
    const names = await this.#git(order.dir, [
      'ls-tree',
      '-r',
      '-z',
      '--full-tree',
      order.commit,
      '--',
      ...order.folder,
    ]);
    if (!names.ok) return names;
    // The listing has the very form that update-index reads, so only the asked folder enters the private index.
    const filled =
      folder === undefined
        ? await this.#git(order.dir, ['read-tree', order.commit], { env })
        : await this.#git(order.dir, ['update-index', '-z', '--index-info'], {
            env,
            stdin: names.value,
          });
    if (!filled.ok) return filled;
    const written = await this.#git(order.dir, ['checkout-index', '--all', '--force', '--quiet'], {
      env,
      signal: order.signal,
    });
    return written.ok ? ok(undefined) : written;
  }

  async #git(
    dir: string,
    args: readonly string[],
    more: Partial<GitCommand> = {},
  ): Promise<Result<Buffer, GitError>> {
    if (!path.isAbsolute(dir))
      return err({ code: 'git.bad-path', message: 'The mirror needs an absolute path.' });
    return this.#run({ ...more, args: [`--git-dir=${dir}`, ...args] });
  }

  async #run(
    command: Partial<GitCommand> & { args: readonly string[] },
  ): Promise<Result<Buffer, GitError>> {
    return runGit({
      gitPath: this.#options.gitPath ?? '/usr/bin/git',
      limits: this.#options.limits ?? DEFAULT_GIT_LIMITS,
      ...command,
    });
  }
}

function checkAddress(order: {
  commit: CommitId;
  path?: RelativePath;
}): Result<{ commit: CommitId; folder: readonly string[] }, GitError> {
  const commit = parseCommitId(order.commit);
  if (!commit.ok) return commit;
  if (order.path === undefined) return ok({ commit: commit.value, folder: [] });
  const folder = parseRelativePath(order.path);
  return folder.ok ? ok({ commit: commit.value, folder: [folder.value] }) : folder;
}

function judgedSettings(judged: JudgedAddress | undefined): string[] {
  if (judged === undefined) return [];
  const { host, port, ipAddress } = judged;
  const settings = [
    'http.followRedirects=false',
    `http.curloptResolve=${host}:${port}:${ipAddress}`,
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

function protocolsOf(address: string): string {
  return /^([a-z]+):\/\//.exec(address)?.[1] ?? 'file';
}

function sizeProblem(
  listing: Buffer,
  limits: { blobMaxBytes: number; totalMaxBytes: number },
): GitError | undefined {
  let totalBytes = 0;
  for (const line of listing.toString('latin1').trimEnd().split('\n')) {
    const match = / blob ([0-9]+)$/.exec(line);
    if (match === null)
      return { code: 'git.unknown-revision', message: 'An object is missing or is not a file.' };
    const sizeBytes = Number(match[1]);
    totalBytes += sizeBytes;
    if (sizeBytes > limits.blobMaxBytes)
      return {
        code: 'git.limit-reached',
        message: `A file is larger than ${limits.blobMaxBytes} bytes.`,
      };
  }
  return totalBytes > limits.totalMaxBytes
    ? {
        code: 'git.limit-reached',
        message: `The files are larger than ${limits.totalMaxBytes} bytes together.`,
      }
    : undefined;
}
