import {
  AppError,
  channelEnsure,
  projectDocumentSchema,
  type ProjectChange,
  type ProjectDocument,
  type RequestOf,
} from '@cairn/contracts';
import { parseBranchName, parseGitUrl } from '@cairn/exec';
import { Inject, Injectable } from '@nestjs/common';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { EventStore } from '../live/event.store.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { projectChanges } from './domain/project-changes.js';
import { ProjectStore } from './project.store.js';

const YAML_ALIASES_MAX = 20;

/** What a document would change, or has changed. */
export interface ProjectPlan {
  readonly project: string;
  readonly changes: ProjectChange[];
}

/** Reads project documents, says what they change, and applies them. */
@Injectable()
export class ProjectDocuments {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'areLocalRepositoriesAllowed'>,
    private readonly database: SummitDatabase,
    private readonly projects: ProjectStore,
    private readonly outbox: SummitOutboxStore,
    private readonly events: EventStore,
  ) {}

  async plan(text: string): Promise<ProjectPlan> {
    const document = this.read(text);
    const before = await this.projects.document(document.project);
    return { project: document.project, changes: projectChanges(before, document) };
  }

  async apply(
    text: string,
    account: string,
    audit: (tx: Transaction, plan: ProjectPlan) => Promise<void>,
  ): Promise<ProjectPlan> {
    const document = this.read(text);
    const now = this.clock.now();
    return this.database.inTransaction(async (tx) => {
      const before = await this.projects.document(document.project, tx);
      const plan = { project: document.project, changes: projectChanges(before, document) };
      await this.projects.save(tx, document, now);
      for (const wish of channelsOf(document)) {
        await this.outbox.add(tx, channelEnsure, wish, { now });
      }
      const sentence = `${account} applied project ${document.project} (${plan.changes.length} changes).`;
      await this.events.record(tx, { at: now, kind: 'project.applied', sentence });
      await audit(tx, plan);
      return plan;
    });
  }

  private read(text: string): ProjectDocument {
    const parsed = projectDocumentSchema.safeParse(parseYaml(text));
    if (!parsed.success) {
      throw new AppError('project.invalid', z.prettifyError(parsed.error), {
        issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      });
    }
    for (const repository of parsed.data.repositories) {
      const url = parseGitUrl(repository.url, {
        allowLocal: this.config.areLocalRepositoriesAllowed,
      });
      const branch = parseBranchName(repository.branch);
      const problem = url.ok ? (branch.ok ? null : branch.error) : url.error;
      if (problem === null) continue;
      throw new AppError('project.invalid', `Repository ${repository.name}: ${problem.message}`, {
        code: problem.code,
      });
    }
    return parsed.data;
  }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: YAML_ALIASES_MAX });
  } catch (cause) {
    const at = cause instanceof YAMLParseError ? cause.linePos?.[0] : undefined;
    throw new AppError(
      'project.invalid',
      cause instanceof Error ? cause.message : 'The document is not YAML.',
      { line: at?.line, column: at?.col },
      { cause },
    );
  }
}

/** The channels that the profiles publish to, with every architecture and stream they need. */
function channelsOf(document: ProjectDocument): RequestOf<typeof channelEnsure>[] {
  const perChannel = Map.groupBy(document.profiles, ({ channel }) => channel);
  return [...perChannel].map(([channel, profiles]) => ({
    channel,
    architectures: [...new Set(profiles.map(({ architecture }) => architecture))],
    streams: [...new Set(profiles.map(({ stream }) => stream))],
  }));
}
