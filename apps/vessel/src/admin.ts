// Work on vessel's own database and folder, beside the running service: `cairn vessel …` starts this program.
import { createLogger, Metrics } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadStorageConfig } from './config.js';
import { createRepository, dataFolders } from './control/repository.js';
import { loadSigning } from './control/signing.js';
import { migrateVessel } from './persistence/migrate-vessel.js';
import { VesselDatabase } from './persistence/vessel-database.js';
import { seekWriterLock } from './persistence/writer-lock.js';
import { BACKUP_NAME, backupSchema, writeBackup } from './seed/backup.js';
import { listSeeds } from './seed/seed-source.js';
import { declareMetrics } from './vessel-metrics.js';

interface Output {
  readonly json?: boolean;
}

const JSON_FLAG = ['--json', 'print JSON'] as const;
const EXIT_USAGE = 2;

function adminProgram(): Command {
  const program = new Command('cairn vessel')
    .description(
      'Works on the database and the folder of vessel; takes them from VESSEL_… variables.',
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  program
    .command('seed')
    .argument('<source>', 'a folder with stones, or the file or http address of a stone.index')
    .requiredOption('--channel <name>', 'which channel takes them')
    .option('--stream <name>', 'which stream of it', 'volatile')
    .option('-n, --dry-run', 'check everything and publish nothing')
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

async function withRepository<T>(
  work: (
    repository: Awaited<ReturnType<typeof createRepository>>,
    db: VesselDatabase,
  ) => Promise<T>,
): Promise<T> {
  const config = loadStorageConfig();
  const { dataDir } = config;
  for (const dir of Object.values(dataFolders(dataDir))) await mkdir(dir, { recursive: true });
  const db = new VesselDatabase(config.databaseUrl);
  // The lock below would wait for a database that is not there.
  await db.ping();
  const writerId = randomUUID();
  const writerLock = seekWriterLock({
    connectionString: config.databaseUrl,
    writerId,
    onTrouble: (error) => note(`The connection to the database is in trouble: ${String(error)}`),
  });
  try {
    await writerLock.held;
    const repository = await createRepository({
      ...{ dataDir, publicUrl: 'http://127.0.0.1', writerId, db, clock: systemClock },
      log: createLogger({ name: 'vessel-admin', level: 'silent' }),
      counters: declareMetrics(new Metrics()),
      signing: await loadSigning(config.signing),
    });
    return await work(repository, db);
  } finally {
    await writerLock.release();
    await db.close();
  }
}

async function seed(
  source: string,
  options: Output & {
    readonly channel: string;
    readonly stream: string;
    readonly dryRun?: boolean;
  },
): Promise<void> {
  const files = await listSeeds(source);
  const report = await withRepository(({ seeding }) =>
    seeding.seed({
      files,
      channel: options.channel,
      stream: options.stream,
      isDryRun: options.dryRun === true,
      onProgress: (done, total) => {
        if (done % 100 === 0 || done === total) note(`${done} of ${total} files`);
      },
    }),
  );
  const { accepted, present, older, refused, history } = report;
  if (refused.length > 0) process.exitCode = 1;
  print(options, report, [
    ...refused.map(({ file, message }) => `${file}: ${message}`),
    `${accepted} packages taken, ${present} there already, ${older} older, ${refused.length} refused` +
      (history === null
        ? '; nothing was published'
        : `; ${report.channel}/${report.stream} is ${history}`),
  ]);
}

async function backup(dir: string, options: Output): Promise<void> {
  const saved = await withRepository((_, db) => writeBackup(db, dir));
  const path = join(dir, BACKUP_NAME);
  print(options, { path, channels: saved.channels.map(({ name }) => name) }, [
    `${path} is written. Keep it with a copy of the public folder, which never changes what it has.`,
  ]);
}

async function restore(dir: string | undefined, options: Output): Promise<void> {
  const saved =
    dir === undefined
      ? undefined
      : backupSchema.parse(JSON.parse(await readFile(join(dir, BACKUP_NAME), 'utf8')));
  // The database was lost: the one that takes its place has no tables yet.
  await migrateVessel(loadStorageConfig().databaseUrl);
  const report = await withRepository(({ restoring }) => restoring.restore(saved, note));
  if (report.problems.length > 0) process.exitCode = 1;
  print(options, report, [
    ...report.problems,
    `${report.channels} channels, ${report.versions} versions and ${report.packages} packages restored.`,
  ]);
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
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`cairn vessel: ${message}\n`);
  process.exitCode = 1;
}
