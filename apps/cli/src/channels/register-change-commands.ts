import {
  GATE_RULES,
  type ChannelAction,
  type GateLevel,
  type GateRule,
  type PackageSelector,
} from '@cairn/contracts';
import { type Command } from 'commander';
import {
  gateArgument,
  nameArgument,
  packageArgument,
  pointerArgument,
  remoteArgument,
  sourceArgument,
  streamArgument,
  versionArgument,
  wholeNumber,
} from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { changeCommand, type ChangeOptions } from './change-commands.js';
import { pruneCommand } from './prune-command.js';

const LEASE_HOURS = { min: 0, max: 8_784 };
const days = wholeNumber({ min: 1, max: 36_500 });
const hoursArgument = wholeNumber({ min: 0, max: 8_760 });

type StreamName = ReturnType<typeof streamArgument>;

/** Adds to `channel` the commands that change what streams and tags point to. */
export function registerChangeCommands(channel: Command, shell: Shell): void {
  const run = (action: ChannelAction, options: ChangeOptions) =>
    changeCommand(shell, action, options);
  registerMoves(channel, run);
  registerTags(channel, run);
  registerPackages(channel, run);
  registerKeeping(channel, run);
  channel
    .command('prune')
    .option('-n, --dry-run', 'only show what would go')
    .option(...JSON_FLAG)
    .description('remove versions and packages that nothing needs any more')
    .action((options: JsonOptions & { dryRun?: boolean }) => pruneCommand(shell, options));
}

type Run = (action: ChannelAction, options: ChangeOptions) => Promise<void>;

function registerMoves(channel: Command, run: Run): void {
  changing(channel, 'promote')
    .argument('<channel>', 'where the packages come from', nameArgument)
    .argument('<version>', 'stream/NAME, tag/NAME or history/ID there', versionArgument)
    .requiredOption('--to <channel/stream...>', 'which streams get it', collect(streamArgument))
    .option('--source <name...>', 'only the packages of these sources', collect(sourceArgument))
    .description('let streams have what a version holds; several change in one commit')
    .addHelpText(
      'after',
      '\nExample:\n  cairn channel promote main stream/volatile --to main/stable',
    )
    .action(
      (
        from: string,
        version: string,
        options: ChangeOptions & { to: StreamName[]; source?: string[] },
      ) => {
        const { to, source: sources } = options;
        return run(
          {
            kind: 'promote',
            from: { channel: from, version },
            to,
            ...(sources ? { sources } : {}),
          },
          options,
        );
      },
    );
  changing(channel, 'rollback')
    .argument('<channel/stream>', 'which stream', streamArgument)
    .option('--to <version>', 'to this version; default: where it pointed before', versionArgument)
    .description('let a stream point to an earlier version again')
    .action((stream: StreamName, options: ChangeOptions & { to?: string }) =>
      run({ kind: 'roll-back', ...stream, ...(options.to ? { to: options.to } : {}) }, options),
    );
}

function registerTags(channel: Command, run: Run): void {
  changing(channel, 'tag')
    .argument('<channel>', 'channel', nameArgument)
    .argument('<tag>', 'name of the new tag', pointerArgument)
    .argument('<version>', 'stream/NAME, tag/NAME or history/ID', versionArgument)
    .description('give a version a name that stays, and keep it from being pruned')
    .action((name: string, tag: string, version: string, options: ChangeOptions) =>
      run({ kind: 'tag', channel: name, tag, version }, options),
    );
  changing(channel, 'untag')
    .argument('<channel>', 'channel', nameArgument)
    .argument('<tag>', 'tag', pointerArgument)
    .description('remove a tag; the version stays')
    .action((name: string, tag: string, options: ChangeOptions) =>
      run({ kind: 'untag', channel: name, tag }, options),
    );
}

function registerPackages(channel: Command, run: Run): void {
  const descriptions = {
    remove: 'take packages out of a stream; older versions keep them',
    yank: 'withdraw packages from every stream of every channel; their predecessors come back',
    unpin: 'let publications change packages again',
  } as const;
  for (const kind of ['remove', 'yank', 'unpin'] as const) {
    changing(channel, kind)
      .argument('<channel/stream>', 'which stream', streamArgument)
      .argument('<packages...>', 'NAME or NAME:ARCHITECTURE', collect(packageArgument))
      .description(descriptions[kind])
      .action((stream: StreamName, packages: PackageSelector[], options: ChangeOptions) =>
        run({ kind, ...stream, packages }, options),
      );
  }
  changing(channel, 'pin')
    .argument('<channel/stream>', 'which stream', streamArgument)
    .argument('<packages...>', 'NAME or NAME:ARCHITECTURE', collect(packageArgument))
    .option('--at <version>', 'as this version has them', versionArgument)
    .description('keep packages as they are; what would change them is refused')
    .action(
      (stream: StreamName, packages: PackageSelector[], options: ChangeOptions & { at?: string }) =>
        run(
          { kind: 'pin', ...stream, packages, ...(options.at ? { at: options.at } : {}) },
          options,
        ),
    );
}

function registerKeeping(channel: Command, run: Run): void {
  changing(channel, 'lease')
    .argument('<channel>', 'channel', nameArgument)
    .argument('<version>', 'stream/NAME, tag/NAME or history/ID', versionArgument)
    .requiredOption('--hours <count>', 'for so long from now; 0 ends it', wholeNumber(LEASE_HOURS))
    .option('--holder <name>', 'who needs it', 'operator')
    .description('keep a version from being pruned for a while')
    .action(
      (
        name: string,
        version: string,
        options: ChangeOptions & { hours: number; holder: string },
      ) => {
        const { hours, holder } = options;
        return run({ kind: 'lease', channel: name, version, holder, hours }, options);
      },
    );
  changing(channel, 'configure')
    .argument('<channel>', 'channel', nameArgument)
    .option('--retention-days <count>', 'keep unnamed versions for so long', days)
    .option('--keep-forever', 'keep unnamed versions for ever')
    .option('--grace-hours <count>', 'keep files of retired versions for so long', hoursArgument)
    .option(
      '--gate <rule=level...>',
      `${GATE_RULES.join(', ')}: off, warn or block`,
      collect(gateArgument),
    )
    .option(
      '--remote <channel/version...>',
      'count their packages as present, such as main/stream/volatile',
      collect(remoteArgument),
    )
    .description('set how long versions are kept, how strict the gate is and what it counts on')
    .action(
      (
        name: string,
        options: ChangeOptions & {
          retentionDays?: number;
          keepForever?: boolean;
          graceHours?: number;
          gate?: [GateRule, GateLevel][];
          remote?: { channel: string; version: string }[];
        },
      ) => {
        const { retentionDays, keepForever, graceHours, gate, remote: remotes } = options;
        const policy = {
          ...(retentionDays === undefined ? {} : { retentionDays }),
          ...(keepForever === true ? { retentionDays: null } : {}),
          ...(graceHours === undefined ? {} : { graceHours }),
          ...(gate === undefined ? {} : { gate: Object.fromEntries(gate) }),
          ...(remotes === undefined ? {} : { remotes }),
        };
        return run({ kind: 'configure', channel: name, policy }, options);
      },
    );
}

function changing(channel: Command, name: string): Command {
  return channel
    .command(name)
    .option('-n, --dry-run', 'only show what would change')
    .option('-y, --yes', 'do not ask')
    .option('--reason <text>', 'why, for the record')
    .option(...JSON_FLAG);
}

/** Checks each of several values. */
function collect<T>(parse: (text: string) => T): (text: string, before?: T[]) => T[] {
  return (text, before) => [...(before ?? []), parse(text)];
}
