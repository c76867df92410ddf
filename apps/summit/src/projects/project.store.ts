import {
  projectDocumentSchema,
  type Architecture,
  type ProjectDocument,
  type ProjectProfile,
  type ProjectRepository,
} from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { toJson } from '../persistence/json.js';
import { type Prisma } from '../persistence/generated/client.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** A profile with the project that it belongs to. */
export interface Profile {
  readonly project: string;
  readonly name: string;
  readonly architecture: Architecture;
  readonly channel: string;
  readonly stream: string;
  readonly remotes: ProjectProfile['remotes'];
  readonly networking: boolean;
}

type ProfileRow = Prisma.ProfileGetPayload<object>;

/** The only door to the project and profile tables; the document is the truth, the rows are made from it. Reading it fills in what an older one does not say. */
@Injectable()
export class ProjectStore {
  constructor(private readonly database: SummitDatabase) {}

  async document(
    project: string,
    db: Transaction = this.database.client,
  ): Promise<ProjectDocument | null> {
    const row = await db.project.findUnique({ where: { name: project } });
    return row === null ? null : projectDocumentSchema.parse(row.document);
  }

  async documents(): Promise<ProjectDocument[]> {
    const rows = await this.database.client.project.findMany({ orderBy: { name: 'asc' } });
    return rows.map((row) => projectDocumentSchema.parse(row.document));
  }

  /** Makes the rows equal to the document. Repositories that stay keep their commit and recipes. */
  async save(tx: Transaction, document: ProjectDocument, now: number): Promise<void> {
    const facts = {
      summary: document.summary,
      document: toJson(document),
      appliedAt: new Date(now),
    };
    await tx.project.upsert({
      where: { name: document.project },
      create: { name: document.project, ...facts },
      update: facts,
    });
    await tx.profile.deleteMany({ where: { projectName: document.project } });
    await tx.profile.createMany({
      data: document.profiles.map((profile) => ({
        ...profile,
        remotes: toJson(profile.remotes),
        projectName: document.project,
      })),
    });
    const names = document.repositories.map((repository) => repository.name);
    await tx.recipeRepository.deleteMany({
      where: { projectName: document.project, name: { notIn: names } },
    });
    for (const repository of document.repositories)
      await this.saveRepository(tx, document.project, repository, now);
  }

  async profiles(db: Transaction = this.database.client): Promise<Profile[]> {
    const rows = await db.profile.findMany({ orderBy: [{ projectName: 'asc' }, { name: 'asc' }] });
    return rows.map(toProfile);
  }

  async profile(project: string, name: string): Promise<Profile | null> {
    const row = await this.database.client.profile.findUnique({
      where: { projectName_name: { projectName: project, name } },
    });
    return row === null ? null : toProfile(row);
  }

  private async saveRepository(
    tx: Transaction,
    projectName: string,
    repository: ProjectRepository,
    now: number,
  ): Promise<void> {
    const { name, url, branch, subdirectory, refreshSeconds } = repository;
    const key = { projectName_name: { projectName, name } };
    const before = await tx.recipeRepository.findUnique({ where: key });
    const isMoved =
      before !== null &&
      (before.url !== url || before.branch !== branch || before.subdirectory !== subdirectory);
    const facts = {
      url,
      branch,
      subdirectory,
      refreshSeconds,
      nextRefreshAt: new Date(now),
      profiles: toJson(repository.profiles ?? null),
      ...(isMoved ? { commit: null } : {}),
    };
    await tx.recipeRepository.upsert({
      where: key,
      create: { projectName, name, ...facts },
      update: facts,
    });
  }
}

function toProfile({ projectName, remotes, architecture, ...rest }: ProfileRow): Profile {
  return {
    ...rest,
    project: projectName,
    architecture: architecture as Architecture,
    remotes: remotes as unknown as ProjectProfile['remotes'],
  };
}
