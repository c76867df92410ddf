import { architectureSchema, AppError } from '@cairn/contracts';
import {
  createGit,
  parseBranchName,
  parseGitUrl,
  type CommitId,
  type Git,
  type TreeEntry,
} from '@cairn/exec';
import {
  parseRecipe,
  RECIPE_SIZE_BYTES_MAX,
  recipeBuildDeps,
  recipeOutputs,
  type Recipe,
} from '@cairn/recipe';
import { type Result } from '@cairn/std';
import { decodeManifest, formatDependency, type Codec, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CONFIG, type SummitConfig } from '../config.js';
import { findRecipes, folderFingerprint, type RecipeFolder } from './domain/recipe-paths.js';
import {
  type BadRecipe,
  type PackageFacts,
  type RecipeRepository,
  type StoredRecipe,
} from './recipe.store.js';

const MANIFEST_SIZE_BYTES_MAX = 16 * 1_048_576;
const READ_SIZE_BYTES_MAX = 512 * 1_048_576;

/** What stands in a repository at one commit. */
export interface RepositoryReading {
  readonly commit: string;
  /** Committer time, milliseconds. */
  readonly commitAt: number;
  readonly recipes: readonly StoredRecipe[];
  readonly bad: readonly BadRecipe[];
}

/** Reads recipes and manifests out of git, as data: nothing of them is run. One that is bad harms no other. */
@Injectable()
export class RecipeReader {
  private readonly git: Git;
  private codec: Promise<Codec> | null = null;

  constructor(
    @Inject(CONFIG)
    private readonly config: Pick<SummitConfig, 'dataDir' | 'areLocalRepositoriesAllowed'>,
  ) {
    this.git = createGit({ allowLocal: config.areLocalRepositoriesAllowed });
  }

  /** Fetches the branch and says at which commit it stands. */
  async fetch(repository: RecipeRepository): Promise<CommitId> {
    const url = orThrow(
      parseGitUrl(repository.url, { allowLocal: this.config.areLocalRepositoriesAllowed }),
    );
    const branch = orThrow(parseBranchName(repository.branch));
    return orThrow(await this.git.mirrorFetch({ url, dir: this.mirrorOf(repository), branch }));
  }

  async read(repository: RecipeRepository, commit: CommitId): Promise<RepositoryReading> {
    const dir = this.mirrorOf(repository);
    const entries = orThrow(await this.git.listTree({ dir, commit }));
    const folders = findRecipes(entries, repository.subdirectory);
    const blobs = await this.readBlobs(dir, folders);
    const codec = await (this.codec ??= loadCodec());
    const recipes = new Map<string, StoredRecipe>();
    const bad: BadRecipe[] = [];
    for (const folder of folders) {
      const outcome = readFolder({ folder, blobs, codec, repository });
      if ('code' in outcome) bad.push(outcome);
      else if (recipes.has(outcome.source)) {
        const other = recipes.get(outcome.source)?.path ?? '';
        bad.push({
          path: folder.path,
          code: 'recipe.name-taken',
          message: `${other} has the same name.`,
          line: null,
        });
      } else recipes.set(outcome.source, outcome);
    }
    const times = orThrow(await this.git.commitTime({ dir, commit }));
    return {
      commit,
      commitAt: times.committerSeconds * 1_000,
      recipes: [...recipes.values()],
      bad,
    };
  }

  private async readBlobs(
    dir: string,
    folders: readonly RecipeFolder[],
  ): Promise<ReadonlyMap<string, Buffer>> {
    const wanted = folders.flatMap((folder) => [
      ...(folder.recipe.sizeBytes <= RECIPE_SIZE_BYTES_MAX ? [folder.recipe] : []),
      ...[...folder.manifests.values()].filter(
        (entry) => entry.sizeBytes <= MANIFEST_SIZE_BYTES_MAX,
      ),
    ]);
    return orThrow(
      await this.git.readBlobs({
        dir,
        objectIds: wanted.map((entry: TreeEntry) => entry.objectId),
        blobMaxBytes: MANIFEST_SIZE_BYTES_MAX,
        totalMaxBytes: READ_SIZE_BYTES_MAX,
      }),
    );
  }

  private mirrorOf(repository: RecipeRepository): string {
    const name = createHash('sha256').update(repository.url).digest('hex').slice(0, 32);
    return join(this.config.dataDir, 'mirrors', `${name}.git`);
  }
}

interface FolderContext {
  readonly folder: RecipeFolder;
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly codec: Codec;
  readonly repository: RecipeRepository;
}

function readFolder({ folder, blobs, codec, repository }: FolderContext): StoredRecipe | BadRecipe {
  const text = blobs.get(folder.recipe.objectId);
  if (text === undefined) {
    return {
      path: folder.path,
      code: 'recipe.too-large',
      message: `The recipe is larger than ${RECIPE_SIZE_BYTES_MAX} bytes.`,
      line: null,
    };
  }
  const parsed = parseRecipe(text.toString('utf8'), { fileName: folder.path });
  if (!parsed.ok) {
    const [first] = parsed.error;
    return {
      path: folder.path,
      code: first?.code ?? 'recipe.invalid',
      message: parsed.error.map((error) => error.message).join('; '),
      line: first?.line ?? null,
    };
  }
  const manifest = readManifest(folder, blobs, codec);
  if (manifest !== null && 'code' in manifest) return manifest;
  return {
    project: repository.project,
    repository: repository.name,
    source: parsed.value.name,
    path: folder.path,
    version: parsed.value.version,
    sourceRelease: parsed.value.sourceRelease,
    summary: parsed.value.summary ?? '',
    treeId: createHash('sha256').update(folderFingerprint(folder)).digest('hex'),
    architectures: parsed.value.architectures,
    hasManifest: manifest !== null,
    ...factsOf(parsed.value, manifest),
  };
}

function readManifest(
  folder: RecipeFolder,
  blobs: ReadonlyMap<string, Buffer>,
  codec: Codec,
): readonly StonePackage[] | BadRecipe | null {
  const architecture = architectureSchema.options.find((name) => folder.manifests.has(name));
  const entry = architecture === undefined ? undefined : folder.manifests.get(architecture);
  if (entry === undefined) return null;
  const bytes = blobs.get(entry.objectId);
  const bad = (code: string, message: string): BadRecipe => ({
    path: entry.path,
    code,
    message,
    line: null,
  });
  if (bytes === undefined) return bad('manifest.too-large', 'The manifest is too large.');
  const decoded = decodeManifest(bytes, codec);
  if (!decoded.ok) return bad(decoded.error.code, decoded.error.message);
  return decoded.value;
}

/** With a manifest the real facts; without, what the recipe says itself: builds add to it what they find. */
function factsOf(
  recipe: Recipe,
  manifest: readonly StonePackage[] | null,
): { buildDepends: string[]; packages: PackageFacts[] } {
  const buildDepends = [...new Set(recipeBuildDeps(recipe).map(formatDependency))];
  if (manifest === null) {
    const packages = recipeOutputs(recipe).map(({ name, runDeps }) => ({
      name,
      provides: [],
      depends: runDeps.map(formatDependency),
    }));
    return { buildDepends, packages };
  }
  const packages = manifest.map((item) => ({
    name: item.name,
    provides: item.provides.map(formatDependency),
    depends: item.depends.map(formatDependency),
  }));
  return { buildDepends, packages };
}

function orThrow<T>(result: Result<T, { readonly code: string; readonly message: string }>): T {
  if (result.ok) return result.value;
  throw new RepositoryError(result.error.code, result.error.message);
}

/** A repository that could not be read; the code is git's or the recipe library's. */
export class RepositoryError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** As an error for API callers. */
  asAppError(): AppError {
    return new AppError('peer.unreachable', this.message, { code: this.code });
  }
}
