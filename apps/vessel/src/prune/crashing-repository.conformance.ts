// A repository whose process ends at any instant, or whose disk takes nothing, while something is done to it.
import { AppError } from '@cairn/contracts';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository, type RepositoryWorld } from '../control/repository-world.conformance.js';
import { VesselDatabase } from '../persistence/vessel-database.js';
import type { Crash } from './channel-steps.conformance.js';

type Opening = Omit<Parameters<typeof openRepository>[0], 'at'>;

export class CrashingRepository {
  private constructor(
    private readonly given: Opening,
    /** Another one after each crash. */
    public world: RepositoryWorld,
  ) {}

  static async open(given: Opening): Promise<CrashingRepository> {
    return new CrashingRepository(given, await openRepository(given));
  }

  /** Does the work, and whatever a start does after a crash; returns the code of a refusal. */
  async crashing(crash: Crash, work: () => Promise<unknown>): Promise<string | undefined> {
    let code: string | undefined;
    const done = work().catch((error: unknown) => {
      if (crash.kind === 'none' && !(error instanceof AppError)) throw error;
      code = error instanceof AppError ? error.code : undefined;
    });
    if (crash.kind === 'none') await done;
    if (crash.kind === 'disk') await this.withoutPublicFolder(done);
    if (crash.kind === 'kill') await this.killedAt(crash.atMs, done);
    if (crash.kind !== 'none') await this.takeUp();
    return code;
  }

  /** What a process does when it gains the lead; the builders of open imports are gone. */
  private async takeUp(): Promise<void> {
    const { db, files, importStore, publications } = this.world;
    await files.completeAll();
    for (const { id } of await db.client.import.findMany({ where: { state: 'open' } })) {
      await importStore.fail(id, { kind: 'lost', code: 'artefacts.lost', message: 'Gone.' });
    }
    await publications.runAll(new AbortController().signal);
  }

  /** The folder of clients becomes a file for a while: whatever is written there fails as on a dead disk. */
  private async withoutPublicFolder(done: Promise<unknown>): Promise<void> {
    const { publicDir } = this.world;
    renameSync(publicDir, `${publicDir}.away`);
    writeFileSync(publicDir, '');
    await done;
    rmSync(publicDir);
    renameSync(`${publicDir}.away`, publicDir);
  }

  /** All connections end at once, as those of a killed process, wherever the work is; another process takes over. */
  private async killedAt(atMs: number, done: Promise<unknown>): Promise<void> {
    const { db, dataDir } = this.world;
    const other = new VesselDatabase(db.connectionString);
    await other.ping();
    await sleep(atMs);
    await other.client.$queryRaw`
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await done;
    await db.close();
    await other.close();
    const at = { connectionString: db.connectionString, dataDir };
    this.world = await openRepository({ ...this.given, at });
  }
}
