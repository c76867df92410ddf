import { type Command } from 'commander';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

/** Vessel's own program for work on its database and folder. */
const ADMIN = fileURLToPath(new URL('../../../vessel/dist/admin.js', import.meta.url));

/** Adds `vessel`, which hands everything on to the program of the vessel on this machine. */
export function registerVesselCommands(program: Command): void {
  program
    .command('vessel')
    .argument('[args...]', 'seed, backup or restore with what they take; `cairn vessel --help`')
    .helpOption(false)
    .allowUnknownOption()
    .description('work on the database and folder of the vessel on this machine')
    .action((args: string[]) => runAdmin(args));
}

async function runAdmin(args: readonly string[]): Promise<void> {
  if (!existsSync(ADMIN)) {
    throw new CliError('vessel.not-built', 'vessel is not built here', {
      exitCode: EXIT.usage,
      nextStep: 'Run this on the machine of the vessel, after `npm run build`.',
    });
  }
  const child = spawn(process.execPath, [ADMIN, ...args], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode) => resolve(exitCode ?? EXIT.failed));
  });
}
