import { createHash } from 'node:crypto';
import path from 'node:path';
import {
  createGit,
  parseCommitId,
  parseRelativePath,
  type CommitId,
  type Git,
  type TreeEntry,
} from '@cairn/exec';
import { err, KIB, ok, type Result } from '@cairn/std';
import { type UpstreamPolicy } from '../build-order.js';
import { judgeGitAddress } from './git-address.js';
import { gitFailure, type UpstreamError } from './upstream-error.js';

/** Most submodules of one upstream, those of submodules included. */
export const SUBMODULES_MAX = 200;
const DEPTH_MAX = 8;
const MODULES_FILE = '.gitmodules';
const MODULES_SIZE_MAX_BYTES = 256 * KIB;

/** What fetching a tree with its submodules needs. */
export interface GitTreeOrder {
  /** Bare mirrors, one folder each; shared between builds. */
  readonly mirrorDir: string;
  readonly policy: UpstreamPolicy;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

interface Wanted {
  readonly url: string;
  readonly commit: CommitId;
  readonly target: string;
  readonly depth: number;
}

/** Writes a commit with all its submodules below `target`. Every address and every commit is checked like the first. */
export async function fetchGitTree(
  first: Omit<Wanted, 'depth'>,
  order: GitTreeOrder,
): Promise<Result<void, UpstreamError>> {
  const waiting: Wanted[] = [{ ...first, depth: 0 }];
  let count = 0;
  for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
    if (wanted.depth > DEPTH_MAX)
      return tooMany(`Submodules are nested deeper than ${DEPTH_MAX} levels.`);
    const inside = await fetchOne(wanted, order);
    if (!inside.ok) return inside;
    count += inside.value.length;
    if (count > SUBMODULES_MAX)
      return tooMany(`The upstream has more than ${SUBMODULES_MAX} submodules.`);
    waiting.push(...inside.value);
  }
  return ok(undefined);
}

async function fetchOne(
  wanted: Wanted,
  order: GitTreeOrder,
): Promise<Result<Wanted[], UpstreamError>> {
  const { url, commit, target } = wanted;
  const { signal } = order;
  const { allowPrivateTargets } = order.policy;
  const dir = path.join(order.mirrorDir, createHash('sha256').update(url).digest('hex'));
  const git = createGit({ allowLocal: allowPrivateTargets });
  const present = await git.checkout({ dir, commit, target, signal });
  if (present.ok) return submodulesOf({ git, dir, wanted });
  if (!order.policy.allowNetwork)
    return err({
      code: 'upstream.unreachable',
      message: `The network is not allowed and no mirror has the commit ${commit} of ${url}.`,
    });
  const judged = await judgeGitAddress(url, { allowPrivateTargets, signal });
  if (!judged.ok) return judged;
  order.note(`${url}: fetching ${commit}`);
  const fetching = createGit({
    allowLocal: allowPrivateTargets,
    ...(judged.value.judged === undefined ? {} : { judged: judged.value.judged }),
  });
  const fetched = await fetching.fetchCommit({ url: judged.value.url, dir, commit, signal });
  if (!fetched.ok) return err(gitFailure(fetched.error));
  const written = await git.checkout({ dir, commit, target, signal });
  return written.ok ? submodulesOf({ git, dir, wanted }) : err(gitFailure(written.error));
}

async function submodulesOf(at: {
  readonly git: Git;
  readonly dir: string;
  readonly wanted: Wanted;
}): Promise<Result<Wanted[], UpstreamError>> {
  const { git, dir, wanted } = at;
  const entries = await git.listTree({ dir, commit: wanted.commit });
  if (!entries.ok) return err(gitFailure(entries.error));
  const links = entries.value.filter(({ kind }) => kind === 'submodule');
  if (links.length === 0) return ok([]);
  const file = entries.value.find(({ path: name }) => name === MODULES_FILE);
  const addresses = await readAddresses(git, dir, file);
  if (!addresses.ok) return addresses;
  const inside: Wanted[] = [];
  for (const { path: name, objectId } of links) {
    const text = addresses.value.get(name);
    // git leaves such an entry an empty folder as well.
    if (text === undefined) continue;
    const place = parseRelativePath(name);
    const commit = parseCommitId(objectId);
    const url = absoluteAddress(text, wanted.url);
    if (!place.ok || !commit.ok || url === undefined)
      return err({
        code: 'upstream.refused',
        message: `The submodule ${JSON.stringify(name)} cannot be used.`,
      });
    const target = path.join(wanted.target, place.value);
    inside.push({ url, commit: commit.value, target, depth: wanted.depth + 1 });
  }
  return ok(inside);
}

/** The address of each path that `.gitmodules` names. */
async function readAddresses(
  git: Git,
  dir: string,
  file: TreeEntry | undefined,
): Promise<Result<ReadonlyMap<string, string>, UpstreamError>> {
  if (file?.kind !== 'file') return ok(new Map());
  if (file.sizeBytes > MODULES_SIZE_MAX_BYTES) return tooMany(`${MODULES_FILE} is too large.`);
  const config = await git.readConfig({ dir, objectId: file.objectId });
  if (!config.ok) return err(gitFailure(config.error));
  const addresses = new Map<string, string>();
  for (const [key, value] of config.value) {
    const name = /^submodule\.([^]+)\.path$/.exec(key)?.[1];
    const url = name === undefined ? undefined : config.value.get(`submodule.${name}.url`);
    if (url !== undefined) addresses.set(value, url);
  }
  return ok(addresses);
}

/** `../x` counts from the address of the repository that names it. */
function absoluteAddress(text: string, parent: string): string | undefined {
  if (!/^\.\.?\//.test(text)) return text;
  const base = parent.replace(/^git\+/, '').replace(/\/+$/, '');
  if (base.startsWith('/')) return path.posix.join(base, text);
  return URL.canParse(text, `${base}/`) ? new URL(text, `${base}/`).href : undefined;
}

function tooMany(message: string): Result<never, UpstreamError> {
  return err({ code: 'upstream.too-large', message });
}
