import { listChannels, type ChannelView } from '@cairn/contracts';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { tableLines, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

interface Row {
  readonly channel: ChannelView;
  readonly stream: ChannelView['streams'][number] | undefined;
}

/** `cairn channel list`: one line for each stream. */
export async function channelsCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listChannels);
  const table = { empty: 'There are no channels yet.', columns: columns(shell.clock.now()) };
  printReply(reply, options, ({ channels, repositoryUrl }) => [
    ...tableLines(shell.screen, table, channels.flatMap(rowsOf)),
    `Repository: ${printable(repositoryUrl)}`,
  ]);
}

function columns(nowMs: number): Column<Row>[] {
  return [
    { title: 'CHANNEL', cell: ({ channel }) => channel.name },
    { title: 'ARCHITECTURES', cell: ({ channel }) => channel.architectures.join(' ') },
    { title: 'STREAM', cell: ({ stream }) => stream?.name ?? '–' },
    { title: 'VERSION', cell: ({ stream }) => stream?.history ?? '–' },
    { title: 'PACKAGES', cell: ({ stream }) => stream?.packageCount ?? 0, isRight: true },
    { title: 'PUBLISHED', cell: (row) => relativeTime(publishedAtMs(row), nowMs) },
  ];
}

function publishedAtMs({ channel, stream }: Row): number | null {
  const version = channel.versions.find(({ history }) => history === stream?.history);
  return version?.createdAt ?? null;
}

function rowsOf(channel: ChannelView): Row[] {
  if (channel.streams.length === 0) return [{ channel, stream: undefined }];
  return channel.streams.map((stream) => ({ channel, stream }));
}
