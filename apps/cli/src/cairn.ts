import { Command, CommanderError } from 'commander';
import { registerAccountCommands } from './account/register-account-commands.js';
import { registerAllocationCommands } from './allocation/register-allocation-commands.js';
import { registerBuilderCommands } from './builders/register-builder-commands.js';
import { registerChannelCommands } from './channels/register-channel-commands.js';
import { cliErrorOf, errorLine } from './cli-error.js';
import { type ServerOptions } from './client/connection.js';
import { EXIT, EXIT_CODE_HELP } from './exit-code.js';
import { registerPlanCommands } from './plan/register-plan-commands.js';
import { registerProjectCommands } from './projects/register-project-commands.js';
import { registerRebuildCommands } from './rebuilds/register-rebuild-commands.js';
import { registerRecipeCommands } from './recipe/register-recipe-commands.js';
import { registerRepositoryCommands } from './repositories/register-repository-commands.js';
import { DEFAULT_SERVER } from './session/server-address.js';
import { type Shell } from './shell.js';
import { registerStoneCommands } from './stone/register-stone-commands.js';
import { registerTaskCommands } from './tasks/register-task-commands.js';
import { registerVesselCommands } from './vessel/register-vessel-commands.js';
import { CLI_VERSION } from './version.js';

const HELP_END = `
Server: --server, else CAIRN_SERVER, else that of the last login, else ${DEFAULT_SERVER}.

${EXIT_CODE_HELP}

Examples:
  cairn login --server https://summit.example
  cairn task list --state failed
  cairn task log 17 -f
  cairn why 17
  cairn project plan project.yaml`;

/** The whole command line. `shellFor` makes what commands share, once the options for all commands are known. */
export function cairnProgram(shellFor: (options: () => ServerOptions) => Shell): Command {
  const program = new Command('cairn')
    .description('Speaks to a Cairn summit, and works with stones, recipes and plans without one.')
    .version(CLI_VERSION)
    .option('--server <url>', 'address of the summit')
    .option('--insecure', 'send tokens even where others can read them')
    .addHelpText('after', HELP_END)
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .exitOverride();
  const shell = shellFor(() => program.opts<ServerOptions>());
  registerAccountCommands(program, shell);
  registerProjectCommands(program, shell);
  registerRepositoryCommands(program, shell);
  registerTaskCommands(program, shell);
  registerBuilderCommands(program, shell);
  registerAllocationCommands(program, shell);
  registerChannelCommands(program, shell);
  registerStoneCommands(program, shell.screen);
  registerRecipeCommands(program, shell);
  registerPlanCommands(program, shell);
  registerRebuildCommands(program, shell);
  registerVesselCommands(program);
  return program;
}

/** Runs one command line and returns its exit code. Failures are told in one line. */
export async function runCairn(program: Command, args: readonly string[]): Promise<number> {
  try {
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    // Commander has printed what is to be said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const known = cliErrorOf(error);
    process.stderr.write(`${errorLine(known)}\n`);
    return known.exitCode;
  }
}

function usageLine(text: string): string {
  const message = text.replace(/^error: /, '').replace(/^./, (first) => first.toUpperCase());
  return `${errorLine({ code: 'cli.usage', message, nextStep: 'Add --help to see what the command takes.' })}\n`;
}
