import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  createGit,
  parseCommitId,
  parseGitUrl,
  parseRelativePath,
  type GitError,
} from '@cairn/exec';
import { type GitUpstream, type PlainUpstream, type Upstream } from '@cairn/recipe';
import { err, GIB, ok, type Result } from '@cairn/std';
import { type UpstreamPolicy } from '../build-order.js';
import { type FailureCode } from '../build-outcome.js';
import { isInternalAddress } from './address-policy.js';
import { type ContentError, type ContentStore } from './content-store.js';

/** Largest upstream file. */
export const UPSTREAM_SIZE_MAX_BYTES = 8 * GIB;
const PARALLEL_MAX = 4;

export interface UpstreamError {
  readonly code: Extract<FailureCode, `upstream.${string}` | 'build.cancelled'>;
  readonly message: string;
}

/** An upstream and the name of its file or folder in the source directory. */
export interface NamedUpstream<U extends Upstream = Upstream> {
  readonly upstream: U;
  readonly sourceName: string;
}

export interface UpstreamOrder {
  readonly upstreams: readonly NamedUpstream[];
  readonly store: ContentStore;
  /** Bare mirrors of git upstreams, one folder each. */
  readonly mirrorDir: string;
  /** Where the files and clones are put. */
  readonly sourceDir: string;
  readonly lookaside: readonly string[];
  readonly policy: UpstreamPolicy;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/** Puts every upstream into the source directory, a few at a time; stops at the first that cannot be had. */
export async function fetchUpstreams(order: UpstreamOrder): Promise<Result<void, UpstreamError>> {
  const waiting = [...order.upstreams];
  let failed: UpstreamError | undefined;
  const worker = async (): Promise<void> => {
    for (
      let next = waiting.shift();
      next !== undefined && failed === undefined;
      next = waiting.shift()
    ) {
      const fetched = await fetchOne(next, order);
      if (!fetched.ok) failed ??= fetched.error;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_MAX }, worker));
  return failed === undefined ? ok(undefined) : err(failed);
}

async function fetchOne(
  { upstream, sourceName }: NamedUpstream,
  order: UpstreamOrder,
): Promise<Result<void, UpstreamError>> {
  return upstream.kind === 'git'
    ? fetchGit({ upstream, sourceName }, order)
    : fetchPlain({ upstream, sourceName }, order);
}

async function fetchPlain(
  { upstream, sourceName: name }: NamedUpstream<PlainUpstream>,
  order: UpstreamOrder,
): Promise<Result<void, UpstreamError>> {
  if (!isPlainName(name))
    return err({ code: 'upstream.refused', message: `${JSON.stringify(name)} is no file name.` });
  const fetched = await order.store.fetch({
    sha256: upstream.hash,
    lookaside: order.lookaside,
    url: order.policy.allowNetwork || upstream.url.startsWith('file:') ? upstream.url : undefined,
    sizeMaxBytes: UPSTREAM_SIZE_MAX_BYTES,
    allowPrivateTargets: order.policy.allowPrivateTargets,
    signal: order.signal,
    onProgress: (message) => order.note(`${name}: ${message}`),
  });
  if (!fetched.ok) return err(contentFailure(fetched.error, upstream.url));
  const target = path.join(order.sourceDir, name);
  await copyFile(fetched.value, target);
  await chmod(target, 0o644);
  order.note(`${name}: ${upstream.hash}`);
  return ok(undefined);
}

async function fetchGit(
  { upstream, sourceName }: NamedUpstream<GitUpstream>,
  order: UpstreamOrder,
): Promise<Result<void, UpstreamError>> {
  const commit = parseCommitId(upstream.ref);
  if (!commit.ok)
    return err({
      code: 'upstream.unpinned',
      message: `${upstream.url} is not pinned to a full commit id.`,
    });
  const { allowPrivateTargets } = order.policy;
  const url = parseGitUrl(upstream.url, { allowLocal: allowPrivateTargets });
  if (!url.ok) return err({ code: 'upstream.refused', message: url.error.message });
  const cloneDir = parseRelativePath(sourceName);
  if (!cloneDir.ok) return err({ code: 'upstream.refused', message: cloneDir.error.message });
  if (!allowPrivateTargets && !(await isPublicHost(url.value))) {
    return err({
      code: 'upstream.refused',
      message: `${upstream.url} leads to a private, loopback or link-local target.`,
    });
  }
  const git = createGit({ allowLocal: allowPrivateTargets });
  const dir = path.join(order.mirrorDir, createHash('sha256').update(url.value).digest('hex'));
  const target = path.join(order.sourceDir, cloneDir.value);
  await mkdir(target, { recursive: true });
  const { signal } = order;
  const present = await git.checkout({ dir, commit: commit.value, target, signal });
  if (present.ok) return ok(undefined);
  if (!order.policy.allowNetwork)
    return err({
      code: 'upstream.unreachable',
      message: 'The network is not allowed and no mirror has the commit.',
    });
  order.note(`${upstream.url}: fetching ${commit.value}`);
  const fetched = await git.fetchCommit({ url: url.value, dir, commit: commit.value, signal });
  if (!fetched.ok) return err(gitFailure(fetched.error));
  const written = await git.checkout({ dir, commit: commit.value, target, signal });
  return written.ok ? ok(undefined) : err(gitFailure(written.error));
}

async function isPublicHost(url: string): Promise<boolean> {
  try {
    const host = new URL(url.replace(/^git\+/, '')).hostname.replace(/^\[|\]$/g, '');
    const addresses = await lookup(host, { all: true });
    return addresses.length > 0 && addresses.every(({ address }) => !isInternalAddress(address));
  } catch {
    // A name that does not resolve leads nowhere; git says so in better words.
    return true;
  }
}

function isPlainName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !name.includes('/') &&
    !name.includes('\0') &&
    name.length <= 255
  );
}

function contentFailure(error: ContentError, url: string): UpstreamError {
  switch (error.code) {
    case 'content.hash-mismatch':
      return { code: 'upstream.hash-mismatch', message: error.message };
    case 'content.bad-hash':
      return { code: 'upstream.hash-mismatch', message: `${url}: ${error.message}` };
    case 'content.refused':
      return { code: 'upstream.refused', message: error.message };
    case 'content.too-large':
      return { code: 'upstream.too-large', message: error.message };
    case 'content.cancelled':
      return { code: 'build.cancelled', message: error.message };
    case 'content.unreachable':
      return { code: 'upstream.unreachable', message: `${url}: ${error.message}` };
  }
}

function gitFailure(error: GitError): UpstreamError {
  if (error.code === 'git.cancelled') return { code: 'build.cancelled', message: error.message };
  if (error.code === 'git.unsafe-tree' || error.code === 'git.bad-url')
    return { code: 'upstream.refused', message: error.message };
  return {
    code: error.code === 'git.limit-reached' ? 'upstream.too-large' : 'upstream.unreachable',
    message: error.message,
  };
}
