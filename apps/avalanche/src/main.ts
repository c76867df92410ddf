import 'reflect-metadata';
import { createLogger, Shutdown } from '@cairn/observability';
import { Command, Option } from 'commander';
import { loadConfig } from './config.js';
import { startAvalanche } from './control/avalanche.js';
import { executorOf } from './control/choose-executor.js';
import { preflight } from './control/preflight.js';
import { CredentialsStore } from './enrolment/credentials.store.js';
import { EnrolmentService } from './enrolment/enrolment.service.js';
import { OperatorError } from './operator-error.js';
import { stateDirectory } from './state-directory.js';
import { ownVersion } from './version.js';

const program = new Command('avalanche')
  .description('Builds packages for a summit. Configured by AVALANCHE_… variables.')
  .version(ownVersion());

program
  .command('run', { isDefault: true })
  .description('Connect to the summit that this builder is enrolled at and take orders')
  .action(run);

program
  .command('enrol')
  .description('Make this machine a builder of a summit, with a code from its operators')
  .requiredOption('--summit <url>', 'address of the summit, for example https://summit.example')
  .requiredOption('--code <code>', 'enrolment code')
  .addOption(new Option('--state <dir>', 'state directory').env('AVALANCHE_STATE_DIR'))
  .action(enrol);

program
  .command('preflight')
  .description('Say whether builds can run on this machine, and what to do if not')
  .option('--json', 'print JSON', false)
  .action(async (options: { json: boolean }) => {
    const { text, exitCode } = await preflight(executorOf(loadConfig(process.env)), options);
    print(text);
    process.exitCode = exitCode;
  });

async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLogger({ name: 'avalanche', level: config.logLevel });
  const credentials = await new CredentialsStore(stateDirectory(config.stateDir)).find();
  if (credentials === null) {
    throw new OperatorError(
      `This builder is not enrolled: ${config.stateDir} holds no credentials. Run: avalanche enrol --summit URL --code CODE --state ${config.stateDir}`,
    );
  }
  const shutdown = new Shutdown({ log, exit: (exitCode) => process.exit(exitCode) });
  shutdown.listen();
  const executor = executorOf(config);
  const report = await executor.preflight();
  for (const finding of report.warnings) log.warn({ ...finding }, 'Preflight warning');
  if (!report.ready) {
    // A builder that cannot build would only burn every attempt that it is given.
    throw new OperatorError((await preflight(executor, { json: false })).text);
  }
  await startAvalanche({ config, credentials, executor, version: ownVersion(), log, shutdown });
}

async function enrol(options: { summit: string; code: string; state?: string }): Promise<void> {
  const stateDir = options.state ?? loadConfig(process.env).stateDir;
  const store = new CredentialsStore(stateDirectory(stateDir));
  const { credentials, isNew } = await new EnrolmentService(store).enrol({
    summitUrl: options.summit,
    code: options.code,
  });
  print(
    isNew
      ? `Enrolled as ${credentials.builderId}. Start building with: AVALANCHE_STATE_DIR=${stateDir} avalanche run`
      : `Already enrolled as ${credentials.builderId}; nothing was changed. To enrol anew, remove ${stateDirectory(stateDir).credentials} first.`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof OperatorError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`avalanche: ${text}\n`);
  if (!isExpected && error instanceof Error && error.stack !== undefined) {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exit(1);
}
