import 'reflect-metadata';
import { ACCOUNT_ROLES } from '@cairn/identity';
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
      const { migrate } = await import('./commands/migrate.js');
      return JSON.stringify({ applied: await migrate(need('SUMMIT_DATABASE_URL')) });
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
  else if (name === 'serve') await (await import('./commands/serve.js')).serve(process.env);
  else process.stdout.write(`${await command(name, options)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
