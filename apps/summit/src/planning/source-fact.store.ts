import { Injectable } from '@nestjs/common';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { type PackageFacts } from '../repositories/recipe.store.js';

/** The only door to what builds showed. */
@Injectable()
export class SourceFactStore {
  constructor(private readonly database: SummitDatabase) {}

  async save(
    tx: Transaction,
    key: { readonly project: string; readonly profile: string; readonly source: string },
    packages: readonly PackageFacts[],
    now: number,
  ): Promise<void> {
    const { project: projectName, profile: profileName, source } = key;
    const facts = { packages: toJson(packages), observedAt: new Date(now) };
    await tx.sourceFact.upsert({
      where: { projectName_profileName_source: { projectName, profileName, source } },
      create: { projectName, profileName, source, ...facts },
      update: facts,
    });
  }

  async all(): Promise<
    { project: string; profile: string; source: string; packages: PackageFacts[] }[]
  > {
    const rows = await this.database.client.sourceFact.findMany();
    return rows.map((row) => ({
      project: row.projectName,
      profile: row.profileName,
      source: row.source,
      packages: row.packages as unknown as PackageFacts[],
    }));
  }
}
