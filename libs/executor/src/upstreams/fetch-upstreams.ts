import { chmod, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseCommitId, parseRelativePath } from '@cairn/exec';
import { type GitUpstream, type PlainUpstream, type Upstream } from '@cairn/recipe';
import { err, GIB, ok, type Result } from '@cairn/std';
import { type UpstreamPolicy } from '../build-order.js';
import { type ContentError, type ContentStore } from './content-store.js';
import { fetchGitTree } from './git-tree.js';
import { type UpstreamError } from './upstream-error.js';

/** Largest upstream file. */
export const UPSTREAM_SIZE_MAX_BYTES = 8 * GIB;
const PARALLEL_MAX = 4;

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

/** An upstream that cannot be had, by its place in the order. */
export interface FailedUpstream extends UpstreamError {
  readonly index: number;
}

/** Puts every upstream into the source directory, a few at a time; stops at the first that cannot be had. */
export async function fetchUpstreams(order: UpstreamOrder): Promise<Result<void, FailedUpstream>> {
  const waiting = [...order.upstreams.entries()];
  let failed: FailedUpstream | undefined;
  const worker = async (): Promise<void> => {
    for (
      let next = waiting.shift();
      next !== undefined && failed === undefined;
      next = waiting.shift()
    ) {
      const [index, upstream] = next;
      const fetched = await fetchOne(upstream, order);
      if (!fetched.ok) failed ??= { ...fetched.error, index };
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
  const cloneDir = parseRelativePath(sourceName);
  if (!cloneDir.ok) return err({ code: 'upstream.refused', message: cloneDir.error.message });
  const target = path.join(order.sourceDir, cloneDir.value);
  await mkdir(target, { recursive: true });
  return fetchGitTree({ url: upstream.url, commit: commit.value, target }, order);
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
