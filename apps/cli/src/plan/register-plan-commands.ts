import { previewPlan } from '@cairn/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { nameArgument } from '../input/arguments.js';
import { printReply } from '../output/reply.js';
import { previewLines } from '../rebuilds/rebuild-lines.js';
import { targetOf, type TargetOptions } from '../rebuilds/target.js';
import { type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { EXIT_USAGE, fail, printJson } from '../stone/terminal.js';
import { InputError } from './input-file.js';
import { planCommand, type PlanCommandOptions } from './plan-command.js';
import { replayCommand } from './replay-command.js';
import { simulateCommand, type SimulateCommandOptions } from './simulate-command.js';

const BUILDERS_MAX = 10_000;

/** Adds `plan`, `simulate` and `replay`, which need no services with a graph from a file; wrong input exits with code 2. */
export function registerPlanCommands(program: Command, shell: Pick<Shell, 'connect'>): void {
  withGraphOptions(program.command('plan').option('--graph <file>', GRAPH_FILE))
    .description('say what is built in which order, stages through every cycle included')
    .option(
      '--changed <list>',
      'sources that changed, divided by commas; default: everything is affected',
    )
    .option('--empty', 'nothing is published yet')
    .option('--bootstrap <file>', 'project document with bootstrap hints for --empty')
    .option('--earliest-start', 'let first builds within a cycle wait for nobody in it')
    .option('--project <name>', 'without --graph: project; default: the only one', nameArgument)
    .option('--profile <name>', 'without --graph: profile; default: the only one', nameArgument)
    .option('--json', 'print JSON')
    .addHelpText('after', PLAN_EXAMPLES)
    .action((options: PlanCommandOptions & TargetOptions) => plan(shell, options));
  withGraphOptions(program.command('simulate').requiredOption('--graph <file>', GRAPH_FILE))
    .description('rebuild everything on simulated builders')
    .requiredOption(
      '--builders <count>',
      'number of builders',
      numberWithin({ min: 1, max: BUILDERS_MAX, isWhole: true }),
    )
    .requiredOption(
      '--seed <number>',
      'the same seed gives the same decisions',
      numberWithin({ min: 0, max: 2 ** 32 - 1, isWhole: true }),
    )
    .option(
      '--durations <file>',
      'durations by source, in any one unit; default: log-normal ones in ms',
    )
    .option(
      '--sigma <number>',
      'spread of the made-up durations',
      numberWithin({ min: 0, max: 5 }),
      1.5,
    )
    .option(
      '--noise <factor>',
      'predictions are off by a log-normal factor of this size',
      numberWithin({ min: 0, max: 100 }),
      1,
    )
    .option(
      '--failures <share>',
      'share of builds that fail and are tried again',
      numberWithin({ min: 0, max: 0.95 }),
      0,
    )
    .option(
      '--present <time>',
      'mean time that a builder stays',
      numberWithin({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    )
    .option(
      '--absent <time>',
      'mean time that a builder is away',
      numberWithin({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    )
    .addOption(
      new Option('--policy <name>', 'who goes first')
        .choices(['longest-path', 'first-come'])
        .default('longest-path'),
    )
    .option('--record <file>', 'write the decision log there')
    .option('--json', 'print JSON')
    .action((options: SimulateCommandOptions) =>
      reporting(options, () => simulateCommand(options)),
    );
  program
    .command('replay <file>')
    .description('run a decision log again and compare every decision')
    .option('--json', 'print JSON')
    .action((path: string, options: { json?: boolean }) =>
      reporting(options, () => replayCommand(path, options)),
    );
}

const GRAPH_FILE = 'JSON lines, one source each: name, builddeps, packages';
const PLAN_EXAMPLES = `
With --graph nothing but that file is read. Without it the summit says what a rebuild would do.

Examples:
  cairn plan --graph graph.jsonl --changed zlib
  cairn plan --changed zlib`;

/** With a graph everything is decided here; without one the summit is asked. */
async function plan(
  shell: Pick<Shell, 'connect'>,
  options: PlanCommandOptions & TargetOptions,
): Promise<void> {
  const { graph } = options;
  if (graph !== undefined) {
    await reporting(options, () => planCommand({ ...options, graph }));
    return;
  }
  const client = await shell.connect();
  const body = await targetOf(client, options);
  printReply(await client.call(previewPlan, { body }), options, previewLines);
}

function withGraphOptions(command: Command): Command {
  return command
    .option('--closure', 'add what the dependencies need at run time')
    .option('--implied <file>', 'add what macros imply, JSON lines: name, base, macros')
    .option('--base-root', "add the fixed build root and, with --implied, the toolchain's part");
}

function numberWithin(limits: {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
}): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    const isWhole = limits.isWhole !== true || Number.isInteger(value);
    if (!(value >= limits.min && value <= limits.max) || !isWhole) {
      throw new InvalidArgumentError(
        `expected a ${limits.isWhole === true ? 'whole ' : ''}number from ${limits.min} to ${limits.max}`,
      );
    }
    return value;
  };
}

async function reporting(
  options: { readonly json?: boolean },
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (options.json === true)
      printJson({ error: { code: error.code, message: error.message, ...error.details } });
    fail(`${error.code}: ${printable(error.message)}`, EXIT_USAGE);
  }
}
