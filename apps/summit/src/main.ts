import 'reflect-metadata';
import { ACCOUNT_ROLES } from '@cairn/identity';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `summit: decides what is built, in which order, on which builder

  summit [serve]                 run the service (configuration: SUMMIT_… in the environment)
  summit setup --secrets DIR     make the missing secrets of an installation
  summit migrate                 bring the database up to date (SUMMIT_DATABASE_URL)
  summit nats-config --resolver DIR [--listen HOST:PORT] [--extra TEXT]
                                 print the broker's configuration, revocations included
  summit login-code --account NAME [--role ROLE]
                                 make a one-time login code straight in the database
`;

const MIGRATIONS_DIR = resolve(import.meta.dirname, '../../../prisma/summit/migrations');

async function serve(): Promise<void> {
  const { createLogger, Shutdown } = await import('@cairn/observability');
  const { loadConfig } = await import('./config.js');
  const { startSummit } = await import('./summit.js');
  const config = loadConfig(process.env);
  const log = createLogger({ name: 'summit', level: config.logLevel });
  const shutdown = new Shutdown({ log, exit: (exitCode) => process.exit(exitCode) });
  shutdown.listen();
  try {
    const { port, url } = await startSummit({ config, log, shutdown });
    await writeFile(
      join(config.dataDir, 'summit.json'),
      `${JSON.stringify({ pid: process.pid, port, url })}\n`,
    );
    log.info({ port, url }, 'Summit ready');
  } catch (error) {
    log.fatal({ err: error }, 'Summit cannot start');
    await shutdown.stop('failed start');
    process.exit(1);
  }
}

function need(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

/** Each command loads only what it needs: most are run at every start. */
async function command(
  name: string,
  options: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  switch (name) {
    case 'setup': {
      const { setUp } = await import('./commands/setup.js');
      return JSON.stringify(await setUp(options['secrets'] ?? 'secrets'));
    }
    case 'migrate': {
      const { migrateDeploy } = await import('@cairn/persistence');
      const applied = await migrateDeploy({
        connectionString: need('SUMMIT_DATABASE_URL'),
        dir: MIGRATIONS_DIR,
      });
      return JSON.stringify({ applied });
    }
    case 'nats-config': {
      const { writeNatsConfig } = await import('./commands/nats-config.js');
      return writeNatsConfig({
        databaseUrl: need('SUMMIT_DATABASE_URL'),
        trustFile: need('SUMMIT_TRUST_FILE'),
        resolverDirectory: options['resolver'] ?? 'resolver',
        ...(options['listen'] === undefined ? {} : { listen: options['listen'] }),
        ...(options['extra'] === undefined ? {} : { extra: options['extra'] }),
      });
    }
    case 'login-code': {
      const { makeLoginCode } = await import('./commands/login-code.js');
      const role = ACCOUNT_ROLES.find((each) => each === (options['role'] ?? 'admin'));
      if (role === undefined) throw new Error(`--role must be one of ${ACCOUNT_ROLES.join(', ')}.`);
      return JSON.stringify(
        await makeLoginCode(need('SUMMIT_DATABASE_URL'), {
          name: options['account'] ?? 'admin',
          role,
        }),
      );
    }
    default:
      throw new Error(`There is no command ${name}.\n\n${HELP}`);
  }
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      secrets: { type: 'string' },
      resolver: { type: 'string' },
      listen: { type: 'string' },
      extra: { type: 'string' },
      account: { type: 'string' },
      role: { type: 'string' },
    },
  });
  const { help, ...options } = values;
  const name = positionals[0] ?? 'serve';
  if (help === true) process.stdout.write(HELP);
  else if (name === 'serve') await serve();
  else process.stdout.write(`${await command(name, options)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
