import {
  type BuiltPackage,
  type BuiltVersionPage,
  type PackageDetail,
  type VersionPage,
} from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { AttemptStore } from '../tasks/attempt.store.js';
import { TaskStore } from '../tasks/task.store.js';

/** Says of what vessel holds which task here made it. */
@Injectable()
export class BuildOrigins {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly tasks: TaskStore,
  ) {}

  async ofPackage(detail: PackageDetail): Promise<BuiltPackage> {
    const { package: shown, builds } = detail;
    const attempts = await this.attempts.thatBuilt(shown.source, builds);
    return {
      ...detail,
      builds: builds.map((build) => {
        const attempt = attempts.get(build.sha256);
        if (attempt === undefined) return { ...build, attempt: null };
        const { taskId, number, builderId: builder } = attempt;
        return { ...build, attempt: { taskId, number, builder } };
      }),
    };
  }

  async ofVersions(page: VersionPage): Promise<BuiltVersionPage> {
    const ids = page.versions.flatMap(({ changeSetId }) => changeSetId ?? []);
    const work = await this.tasks.workOf(ids);
    return {
      ...page,
      versions: page.versions.map((version) => ({
        ...version,
        work: work.get(version.changeSetId ?? '') ?? null,
      })),
    };
  }
}
