import { copyFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '@cairn/std';
import { compareText, type StonePackage } from '@cairn/stone';
import { readStone, sha256OfFile } from '@cairn/stone-files';
import { type Collectable } from '../build-outcome.js';

/** What a finished run left in the output directory. */
export interface BoulderArtefacts {
  readonly collectables: readonly Collectable[];
  readonly packages: readonly StonePackage[];
}

const KINDS: Readonly<Record<string, Collectable['kind']>> = {
  '.stone': 'package',
  '.bin': 'manifest-bin',
  '.jsonc': 'manifest-jsonc',
};

/** Describes every artefact; fails with a sentence when a stone cannot be read. Other files are passed over. */
export async function collectArtefacts(outDir: string): Promise<Result<BoulderArtefacts, string>> {
  const collectables: Collectable[] = [];
  const packages: StonePackage[] = [];
  for (const name of (await readdir(outDir)).sort(compareText)) {
    const kind = KINDS[path.extname(name)];
    if (kind === undefined) continue;
    const file = path.join(outDir, name);
    collectables.push({
      kind,
      name,
      path: file,
      sizeBytes: (await stat(file)).size,
      sha256: await sha256OfFile(file),
    });
    if (kind !== 'package') continue;
    const read = await readStone(file);
    if (!read.ok) return err(`${name} is not a readable stone: ${read.error.code}`);
    packages.push(read.value.package);
  }
  return ok({ collectables, packages });
}

/** A verified build writes no manifests: the committed ones are those of the build. */
export async function copyCommittedManifests(order: {
  readonly recipeFolder: string;
  readonly architecture: string;
  readonly outDir: string;
}): Promise<void> {
  for (const ending of ['bin', 'jsonc']) {
    const name = `manifest.${order.architecture}.${ending}`;
    const target = path.join(order.outDir, name);
    const isWritten = await stat(target).then(
      () => true,
      () => false,
    );
    // The readable twin may be absent; nothing but people read it.
    if (!isWritten)
      await copyFile(path.join(order.recipeFolder, name), target).catch(() => undefined);
  }
}
