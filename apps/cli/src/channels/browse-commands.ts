import { compareVersions, listCapabilityUsers, type PackageView } from '@cairn/contracts';
import { printReply } from '../output/reply.js';
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

/** `cairn package who CHANNEL CAPABILITY`. */
export async function whoCommand(
  shell: Shell,
  query: { readonly channel: string; readonly capability: string },
  options: JsonOptions & { readonly in: string },
): Promise<void> {
  const { channel, capability } = query;
  const client = await shell.connect();
  const reply = await client.call(listCapabilityUsers, {
    params: { channel },
    query: { capability, version: options.in },
  });
  printReply(reply, options, ({ providers, dependants }) => [
    ...providers.map((item) => `provided by ${labelOf(item)}`),
    ...dependants.map((item) => `needed by ${labelOf(item)}`),
    `${providers.length} provide it, ${dependants.length} need it`,
  ]);
}

function labelOf({
  name,
  version,
  sourceRelease,
  buildRelease,
  architecture,
}: PackageView): string {
  return printable(`${name} ${version}-${sourceRelease}-${buildRelease} (${architecture})`);
}
