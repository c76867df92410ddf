import { listBuilders, type BuilderView } from '@cairn/contracts';
import { type Style } from '../output/paint.js';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { tableLines, type Cell, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { humanSize } from '../stone/printable.js';

const STYLES: Readonly<Record<BuilderView['state'], Style | undefined>> = {
  offline: 'red',
  idle: 'green',
  building: 'cyan',
  refusing: 'yellow',
  removed: 'dim',
};

/** `cairn builder list`. */
export async function listCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listBuilders);
  const table = {
    empty: 'There are no builders. Invite one with `cairn builder invite ID`.',
    columns: builderColumns(shell.clock.now()),
  };
  printReply(reply, options, ({ builders }) => tableLines(shell.screen, table, builders));
}

/** The columns of the table of builders. */
export function builderColumns(nowMs: number): Column<BuilderView>[] {
  return [
    { title: 'BUILDER', cell: ({ id }) => id },
    { title: 'STATE', cell: ({ state }): Cell => ({ text: state, style: STYLES[state] }) },
    { title: 'SIZE', cell: ({ size }) => size },
    { title: 'SLOTS', cell: ({ attempts, slots }) => `${attempts.length}/${slots}`, isRight: true },
    { title: 'ARCH', cell: ({ machine }) => machine?.architecture ?? '–' },
    {
      title: 'CPU',
      cell: ({ machineState }) =>
        machineState === null ? '–' : `${Math.round(100 * machineState.cpuLoad)} %`,
      isRight: true,
    },
    {
      title: 'MEMORY',
      cell: ({ machineState: state }) =>
        state === null
          ? '–'
          : `${humanSize(state.memoryUsedBytes)} of ${humanSize(state.memoryTotalBytes)}`,
    },
    {
      title: 'DISK FREE',
      cell: ({ machineState }) =>
        machineState === null ? '–' : humanSize(machineState.diskFreeBytes),
      isRight: true,
    },
    { title: 'SEEN', cell: ({ lastSeenAt }) => relativeTime(lastSeenAt, nowMs) },
    { title: 'DOING', cell: doing, isFlexible: true },
  ];
}

function doing({ attempts, refusing }: BuilderView): string {
  if (refusing !== null) return `refuses: ${refusing}`;
  return attempts
    .map(({ source, step, taskId }) => `#${taskId} ${source}${step === null ? '' : ` (${step})`}`)
    .join(', ');
}
