// Work on vessel's own database and folder, beside the running service: `cairn vessel …` starts this program.
import { nameSchema, pointerNameSchema } from '@cairn/contracts';
import { createLogger, Metrics } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { loadStorageConfig } from './config.js';
import { openBlobStorage } from './control/blob-storage.js';
import { createRepository, type Repository } from './control/repository.js';
import { loadSigning } from './control/signing.js';
import { migrateVessel } from './persistence/migrate-vessel.js';
import { VesselDatabase } from './persistence/vessel-database.js';
import { DraftNames } from './pool/domain/draft-name.js';
import { seekWriterLock } from './persistence/writer-lock.js';
import { AdminError, EXIT, failureLine, tellFailure } from './seed/admin-error.js';
import { BACKUP_NAME, readBackup, writeBackup } from './seed/backup.js';
import { listSeeds } from './seed/seed-source.js';
import { declareMetrics } from './vessel-metrics.js';

interface Output {
  readonly json?: boolean;
}

const JSON_FLAG = ['--json', 'print JSON'] as const;
const FILES_PER_NOTE = 100;

function adminProgram(): Command {
  const program = new Command('cairn vessel')
    .description(
      'Works on the database and the folder of vessel; takes them from VESSEL_… variables.',
    )
    .configureOutput({
      outputError: (text, write) => write(`${usageLine(text.replace(/^error: /, ''))}\n`),
    })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));
  program
    .command('seed')
    .argument('<source>', 'a folder with stones, or the file or http address of a stone.index')
    .requiredOption('--channel <name>', 'which channel takes them')
    .option('--stream <name>', 'which stream of it', 'volatile')
    .option('-n, --dry-run', 'check everything and write nothing')
    .option(...JSON_FLAG)
    .description('take in packages that others built, as one version; an interrupted run goes on')
    .action(seed);
  program
    .command('backup')
    .argument('<dir>', 'where the file goes')
    .option(...JSON_FLAG)
    .description(`write ${BACKUP_NAME}: all that the public folder does not say`)
    .action(backup);
  program
    .command('restore')
    .argument(
      '[dir]',
      `where ${BACKUP_NAME} is; without it streams and tags come from the root indexes`,
    )
    .option(...JSON_FLAG)
    .description('build an empty database anew from the public folder')
    .action(restore);
  return program;
}

async function seed(
  source: string,
  options: Output & {
    readonly channel: string;
    readonly stream: string;
    readonly dryRun?: boolean;
  },
): Promise<void> {
  const channel = nameSchema.safeParse(options.channel);
  const stream = pointerNameSchema.safeParse(options.stream);
  if (!channel.success || !stream.success) {
    throw usageError(`${options.channel}/${options.stream} cannot be a channel and a stream`);
  }
  const files = await listSeeds(source);
  const report = await withRepository(({ seeding }) =>
    seeding.seed({
      files,
      channel: channel.data,
      stream: stream.data,
      isDryRun: options.dryRun === true,
      onProgress: (done, total) => {
        if (done % FILES_PER_NOTE === 0 || done === total) note(`${done} of ${total} files`);
      },
    }),
  );
  const { accepted, present, older, refused, history } = report;
  if (refused.length > 0) process.exitCode = EXIT.failed;
  print(options, report, [
    ...refused.map(({ file, message }) => `${file}: ${message}`),
    `${accepted} packages taken, ${present} there already, ${older} older, ${refused.length} refused` +
      (history === null
        ? '; nothing was published'
        : `; ${report.channel}/${report.stream} is ${history}`),
  ]);
}

async function backup(dir: string, options: Output): Promise<void> {
  const { path, channels } = await withRepository((_, db) => writeBackup(db, dir));
  print(options, { path, channels }, [
    `${path} is written. Keep it with a copy of the public folder, and of the bucket where there is one; neither changes what it has.`,
  ]);
}

async function restore(dir: string | undefined, options: Output): Promise<void> {
  const saved = dir === undefined ? undefined : await readBackup(dir);
  const { databaseUrl } = loadConfig();
  // The database was lost: the one that takes its place has no tables yet.
  await (await reachDatabase(databaseUrl)).close();
  await migrateVessel(databaseUrl);
  const report = await withRepository(({ restoring }) => restoring.restore(saved, note));
  if (report.problems.length > 0) process.exitCode = EXIT.failed;
  print(options, report, [
    ...report.problems,
    `${report.channels} channels, ${report.versions} versions and ${report.packages} packages restored.`,
  ]);
}

async function withRepository<T>(
  work: (repository: Repository, db: VesselDatabase) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const { databaseUrl, dataDir, signing } = config;
  const keys = await loadSigning(signing).catch((cause: unknown) => {
    throw configurationError('The signing keys cannot be used', cause);
  });
  const db = await reachDatabase(databaseUrl);
  const writerId = randomUUID();
  const writerLock = seekWriterLock({
    connectionString: databaseUrl,
    writerId,
    onTrouble: (error) => note(`The connection to the database is in trouble: ${String(error)}`),
  });
  const drafts = new DraftNames(writerId);
  const { blobs, close } = openBlobStorage(config, { db, drafts });
  try {
    if (!(await db.isMigrated())) throw configurationError('The database has no tables yet');
    await writerLock.held;
    const repository = await createRepository({
      dataDir,
      publicUrl: 'http://127.0.0.1',
      drafts,
      blobs,
      db,
      clock: systemClock,
      log: createLogger({ name: 'vessel-admin', level: 'silent' }),
      counters: declareMetrics(new Metrics()),
      signing: keys,
    });
    return await work(repository, db);
  } finally {
    await close();
    await writerLock.release();
    await db.close();
  }
}

async function reachDatabase(databaseUrl: string): Promise<VesselDatabase> {
  const db = new VesselDatabase(databaseUrl);
  try {
    await db.ping();
    return db;
  } catch (cause) {
    await db.close();
    throw new AdminError('vessel.database-unreachable', 'The database cannot be reached', {
      exitCode: EXIT.unreachable,
      nextStep: 'Check VESSEL_DATABASE_URL and that Postgres runs.',
      cause,
    });
  }
}

function loadConfig() {
  try {
    return loadStorageConfig();
  } catch (cause) {
    throw configurationError('The environment is not complete', cause);
  }
}

function configurationError(message: string, cause?: unknown): AdminError {
  return new AdminError('vessel.configuration-invalid', message, {
    exitCode: EXIT.usage,
    nextStep:
      'Give this command the variables that vessel has, and bring its database up to date first.',
    cause,
  });
}

const USAGE = {
  code: 'cli.usage',
  nextStep: 'Add --help to see what the command takes.',
} as const;

function usageError(message: string): AdminError {
  return new AdminError(USAGE.code, message, { exitCode: EXIT.usage, nextStep: USAGE.nextStep });
}

function usageLine(message: string): string {
  return failureLine(message, USAGE.code, USAGE.nextStep);
}

function print(options: Output, report: object, lines: readonly string[]): void {
  const text = options.json === true ? JSON.stringify(report, null, 2) : lines.join('\n');
  process.stdout.write(`${text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '�')}\n`);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await adminProgram().parseAsync();
} catch (error) {
  const { line, exitCode } = tellFailure(error);
  note(line);
  process.exitCode = exitCode;
}
