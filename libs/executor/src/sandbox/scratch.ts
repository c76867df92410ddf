import { chmod, cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { run } from '@cairn/exec';

/** The directories of one build on the host. All but the ones for the build user belong to the caller. */
export interface Scratch {
  readonly root: string;
  readonly recipe: string;
  readonly sources: string;
  readonly build: string;
  readonly install: string;
  readonly status: string;
  readonly scripts: string;
  readonly overlay: string;
  readonly merged: string;
  readonly options: string;
}

/** Where scratch directories go when the build user cannot reach the order's work directory. */
const FALLBACK_BASE = '/var/tmp';
// Overlay options are separated by commas and colons, and control group files by blanks.
const PLAIN_PATH = /^[A-Za-z0-9._/@+-]+$/;
const TREE_TIMEOUT_MS = 600_000;
const TREE_OUTPUT_BYTES = 65_536;

/** Makes the directories. With a build user id, those it writes to become its own, and it can reach them. */
export async function createScratch(
  workDir: string,
  buildUserId: number | undefined,
): Promise<Scratch> {
  const base = (await isUsable(workDir, buildUserId)) ? workDir : FALLBACK_BASE;
  const root = await mkdtemp(path.join(base, 'cairn-build-'));
  await chmod(root, 0o711);
  const at = (name: string): string => path.join(root, name);
  const scratch: Scratch = {
    root,
    recipe: at('recipe'),
    sources: at('sources'),
    build: at('build'),
    install: at('install'),
    status: at('status'),
    scripts: at('scripts'),
    overlay: at('overlay'),
    merged: at('merged'),
    options: at('options'),
  };
  for (const dir of Object.values<string>({ ...scratch }).filter(
    (dir) => dir !== root && dir !== scratch.options,
  )) {
    await mkdir(dir);
    await chmod(dir, 0o755);
  }
  if (buildUserId !== undefined)
    await giveToBuildUser(
      [scratch.sources, scratch.build, scratch.install, scratch.status],
      buildUserId,
    );
  return scratch;
}

/** Makes whole trees the build user's own: inside, only its own files look like root's and can be copied with their owner. */
export async function giveToBuildUser(dirs: readonly string[], userId: number): Promise<void> {
  const args = ['-R', '--no-dereference', `${userId}:${userId}`, '--', ...dirs];
  await run({
    command: 'chown',
    args,
    timeoutMs: TREE_TIMEOUT_MS,
    outputBytesMax: TREE_OUTPUT_BYTES,
  });
}

/** Copies the recipe's own folder; the original may lie where the build user cannot see. */
export async function copyRecipe(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    force: true,
    filter: (source) => path.basename(source) !== '.git',
  });
  await run({
    command: 'chmod',
    args: ['-R', 'u+rwX,go+rX,go-w', '--', to],
    timeoutMs: TREE_TIMEOUT_MS,
    outputBytesMax: TREE_OUTPUT_BYTES,
  });
}

/** Removes everything, also below directories that the build made unreadable. */
export async function removeScratch(root: string): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true });
  } catch {
    await run({
      command: 'chmod',
      args: ['-R', 'u+rwX', '--', root],
      timeoutMs: TREE_TIMEOUT_MS,
      outputBytesMax: TREE_OUTPUT_BYTES,
    });
    await rm(root, { recursive: true, force: true });
  }
}

async function isUsable(dir: string, buildUserId: number | undefined): Promise<boolean> {
  if (!PLAIN_PATH.test(dir)) return false;
  if (buildUserId === undefined) return true;
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
