import {
  type BuiltVersionPage,
  compareVersions,
  listCapabilityUsers,
  listVersions,
  type PackageView,
} from '@cairn/contracts';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { type Column, tableLines } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { differenceLines } from './change-commands.js';

/** `cairn channel diff CHANNEL FROM TO`. */
export async function diffCommand(
  shell: Shell,
  query: { readonly channel: string; readonly from: string; readonly to: string },
  options: JsonOptions,
): Promise<void> {
  const { channel, from, to } = query;
  const client = await shell.connect();
  const reply = await client.call(compareVersions, { params: { channel }, query: { from, to } });
  printReply(reply, options, (difference) => [
    ...differenceLines(difference, shell.screen.paint),
    `${difference.added} added, ${difference.changed} changed, ${difference.removed} removed`,
  ]);
}

/** Which part of a list. */
export interface PageOptions extends JsonOptions {
  readonly in: string;
  readonly offset: number;
  readonly limit: number;
}

/** `cairn package who CHANNEL CAPABILITY`. */
export async function whoCommand(
  shell: Shell,
  query: { readonly channel: string; readonly capability: string },
  { in: version, offset, limit, json }: PageOptions,
): Promise<void> {
  const { channel, capability } = query;
  const client = await shell.connect();
  const reply = await client.call(listCapabilityUsers, {
    params: { channel },
    query: { capability, version, offset, limit },
  });
  printReply(reply, { json: json === true }, (users) => {
    const { providers, dependants, providerCount, dependantCount } = users;
    const next = offset + limit;
    const isMore = next < Math.max(providerCount, dependantCount);
    return [
      ...providers.map((item) => `provided by ${labelOf(item)}`),
      ...dependants.map((item) => `needed by ${labelOf(item)}`),
      `${providerCount} provide it, ${dependantCount} need it${isMore ? `; more with --offset ${next}` : ''}`,
    ];
  });
}

/** `cairn channel versions CHANNEL`. */
export async function versionsCommand(
  shell: Shell,
  channel: string,
  options: JsonOptions & { readonly before?: string; readonly limit: number },
): Promise<void> {
  const client = await shell.connect();
  const { before, limit } = options;
  const reply = await client.call(listVersions, { params: { channel }, query: { before, limit } });
  const table = {
    empty: 'The channel has no older version.',
    columns: versionColumns(shell.clock.now()),
  };
  printReply(reply, { json: options.json === true }, ({ versions, next }) => [
    ...tableLines(shell.screen, table, versions),
    ...(next === null ? [] : [`More with --before ${printable(next)}`]),
  ]);
}

type Version = BuiltVersionPage['versions'][number];

function versionColumns(nowMs: number): Column<Version>[] {
  return [
    { title: 'VERSION', cell: ({ history }) => history },
    { title: 'MADE', cell: ({ createdAt }) => relativeTime(createdAt, nowMs) },
    { title: 'PACKAGES', cell: ({ packageCount }) => packageCount, isRight: true },
    {
      title: 'CHANGES',
      cell: ({ putCount, removedCount }) => `+${putCount} -${removedCount}`,
      isRight: true,
    },
    {
      title: 'POINTED TO BY',
      cell: (version) => pointersText(version) || '–',
    },
    { title: 'BY', cell: makerOf, isFlexible: true },
  ];
}

function makerOf({ moves, work }: Version): string {
  const others = work !== null && work.taskCount > 1 ? ` and ${work.taskCount - 1} more` : '';
  const built = work === null ? [] : [`#${work.taskId} ${work.source}${others}`];
  const moved = moves.map(({ stream, cause, account, reason }) => {
    const who = account === '' ? '' : ` by ${account}`;
    return `${stream}: ${cause}${who}${reason === '' ? '' : ` (${reason})`}`;
  });
  return [...built, ...moved].join(', ');
}

/** The streams and tags that point to something; empty when none does. */
export function pointersText({ streams, tags }: Pick<Version, 'streams' | 'tags'>): string {
  return [...streams, ...tags.map((tag) => `tag/${tag}`)].join(' ');
}

/** Name, release and architecture of a package. */
export function labelOf({
  name,
  version,
  sourceRelease,
  buildRelease,
  architecture,
}: PackageView): string {
  return printable(`${name} ${version}-${sourceRelease}-${buildRelease} (${architecture})`);
}
