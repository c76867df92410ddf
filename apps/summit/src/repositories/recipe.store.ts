import { AppError, type RepositoryView } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { storableText, toJson } from '../persistence/json.js';
import { type Prisma } from '../persistence/generated/client.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** What a package provides and needs, as canonical texts `kind(name)`. */
export interface PackageFacts {
  readonly name: string;
  readonly provides: readonly string[];
  readonly depends: readonly string[];
}

/** A recipe at the repository's commit. */
export interface StoredRecipe {
  readonly project: string;
  readonly repository: string;
  readonly source: string;
  readonly path: string;
  readonly version: string;
  readonly sourceRelease: number;
  readonly summary: string;
  readonly treeId: string;
  readonly architectures: readonly string[];
  readonly buildDepends: readonly string[];
  readonly packages: readonly PackageFacts[];
  readonly hasManifest: boolean;
}

export interface BadRecipe {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
}

/** A recipe repository as stored. Times are milliseconds. */
export interface RecipeRepository {
  readonly project: string;
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  readonly subdirectory: string;
  readonly refreshSeconds: number;
  readonly profiles: readonly string[] | null;
  readonly commit: string | null;
  readonly commitAt: number | null;
}

type RecipeRow = Prisma.RecipeGetPayload<object>;
type RepositoryRow = Prisma.RecipeRepositoryGetPayload<object>;

const ROWS_PER_INSERT_MAX = 1_000;
const MESSAGE_LENGTH_MAX = 2_000;

/** The only door to recipe repositories and their recipes. */
@Injectable()
export class RecipeStore {
  constructor(private readonly database: SummitDatabase) {}

  async repository(
    project: string,
    name: string,
    db: Transaction = this.database.client,
  ): Promise<RecipeRepository> {
    const found = await this.findRepository(project, name, db);
    if (found === null)
      throw new AppError(
        'repository.not-found',
        `There is no recipe repository ${project}/${name}.`,
      );
    return found;
  }

  async findRepository(
    project: string,
    name: string,
    db: Transaction = this.database.client,
  ): Promise<RecipeRepository | null> {
    const row = await db.recipeRepository.findUnique({
      where: { projectName_name: { projectName: project, name } },
    });
    return row === null ? null : toRepository(row);
  }

  async repositories(): Promise<RecipeRepository[]> {
    const rows = await this.database.client.recipeRepository.findMany();
    return rows.map(toRepository);
  }

  /** Keeps other replicas from storing the same repository until the transaction ends. */
  async lock(tx: Transaction, project: string, name: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM "recipe_repository" WHERE "project_name" = ${project} AND "name" = ${name} FOR UPDATE`;
  }

  /** Repositories whose time has come. */
  async due(now: number): Promise<RecipeRepository[]> {
    const rows = await this.database.client.recipeRepository.findMany({
      where: { nextRefreshAt: { lte: new Date(now) } },
    });
    return rows.map(toRepository);
  }

  async scheduleNext(repository: RecipeRepository, now: number): Promise<void> {
    await this.database.client.recipeRepository.updateMany({
      where: { projectName: repository.project, name: repository.name },
      data: { nextRefreshAt: new Date(now + repository.refreshSeconds * 1_000) },
    });
  }

  async noteError(
    repository: RecipeRepository,
    error: { code: string; message: string },
    now: number,
  ): Promise<void> {
    await this.database.client.recipeRepository.updateMany({
      where: { projectName: repository.project, name: repository.name },
      data: {
        errorCode: error.code,
        errorMessage: storableText(error.message.slice(0, MESSAGE_LENGTH_MAX)),
        refreshedAt: new Date(now),
      },
    });
  }

  async noteUnchanged(tx: Transaction, repository: RecipeRepository, now: number): Promise<void> {
    await tx.recipeRepository.updateMany({
      where: { projectName: repository.project, name: repository.name },
      data: { errorCode: null, errorMessage: null, refreshedAt: new Date(now) },
    });
  }

  /** Stores a commit together with everything read at it. */
  async save(
    tx: Transaction,
    repository: RecipeRepository,
    read: {
      readonly commit: string;
      readonly commitAt: number;
      readonly recipes: readonly StoredRecipe[];
      readonly bad: readonly BadRecipe[];
      readonly now: number;
    },
  ): Promise<void> {
    const key = { projectName: repository.project, repositoryName: repository.name };
    await tx.recipe.deleteMany({ where: key });
    await tx.badRecipe.deleteMany({ where: key });
    for (let from = 0; from < read.recipes.length; from += ROWS_PER_INSERT_MAX) {
      await tx.recipe.createMany({
        data: read.recipes.slice(from, from + ROWS_PER_INSERT_MAX).map(toRow),
      });
    }
    await tx.badRecipe.createMany({
      data: read.bad.map((bad) => ({
        ...bad,
        ...key,
        message: storableText(bad.message.slice(0, MESSAGE_LENGTH_MAX)),
      })),
    });
    await tx.recipeRepository.update({
      where: { projectName_name: { projectName: repository.project, name: repository.name } },
      data: {
        commit: read.commit,
        commitAt: new Date(read.commitAt),
        refreshedAt: new Date(read.now),
        errorCode: null,
        errorMessage: null,
      },
    });
  }

  async recipesOf(
    project: string,
    repository: string,
    db: Transaction = this.database.client,
  ): Promise<StoredRecipe[]> {
    const rows = await db.recipe.findMany({
      where: { projectName: project, repositoryName: repository },
      orderBy: { source: 'asc' },
    });
    return rows.map(toRecipe);
  }

  /** Paths of the recipes that could not be read at the repository's commit. */
  async badPathsOf(tx: Transaction, project: string, repository: string): Promise<string[]> {
    const rows = await tx.badRecipe.findMany({
      where: { projectName: project, repositoryName: repository },
      select: { path: true },
    });
    return rows.map((row) => row.path);
  }

  async allRecipes(): Promise<StoredRecipe[]> {
    const rows = await this.database.client.recipe.findMany();
    return rows.map(toRecipe);
  }

  async views(): Promise<RepositoryView[]> {
    const rows = await this.database.client.recipeRepository.findMany({
      include: { badRecipes: { take: 100 }, _count: { select: { recipes: true } } },
      orderBy: [{ projectName: 'asc' }, { name: 'asc' }],
    });
    return rows.map((row) => ({
      project: row.projectName,
      name: row.name,
      url: row.url,
      branch: row.branch,
      subdirectory: row.subdirectory,
      commit: row.commit,
      refreshedAt: row.refreshedAt?.getTime() ?? null,
      error:
        row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' },
      recipeCount: row._count.recipes,
      badRecipes: row.badRecipes.map(({ path, code, message, line }) => ({
        path,
        code,
        message,
        line,
      })),
    }));
  }
}

function toRepository(row: RepositoryRow): RecipeRepository {
  return {
    project: row.projectName,
    name: row.name,
    url: row.url,
    branch: row.branch,
    subdirectory: row.subdirectory,
    refreshSeconds: row.refreshSeconds,
    profiles: row.profiles as string[] | null,
    commit: row.commit,
    commitAt: row.commitAt?.getTime() ?? null,
  };
}

function toRow(recipe: StoredRecipe): Prisma.RecipeCreateManyInput {
  const { project, repository, architectures, buildDepends, packages, ...rest } = recipe;
  return {
    ...rest,
    summary: storableText(recipe.summary),
    projectName: project,
    repositoryName: repository,
    architectures: toJson(architectures),
    buildDepends: toJson(buildDepends),
    packages: toJson(packages),
  };
}

function toRecipe(row: RecipeRow): StoredRecipe {
  const { projectName, repositoryName, architectures, buildDepends, packages, ...rest } = row;
  return {
    ...rest,
    project: projectName,
    repository: repositoryName,
    architectures: architectures as string[],
    buildDepends: buildDepends as string[],
    packages: packages as unknown as PackageFacts[],
  };
}
