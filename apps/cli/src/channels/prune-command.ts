import { prunePool, type PruneReport } from '@cairn/contracts';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { humanSize, printable } from '../stone/printable.js';

/** `cairn channel prune`. */
export async function pruneCommand(
  shell: Shell,
  options: JsonOptions & { readonly dryRun?: boolean },
): Promise<void> {
  const client = await shell.connect();
  const report = await client.call(prunePool, { body: { isDryRun: options.dryRun === true } });
  printReply(report, options, reportLines);
}

function reportLines(report: PruneReport): string[] {
  const { retired, removed, packageCount, blobCount, sizeBytes } = report;
  return [
    ...versionLines('leaves the root index', retired),
    ...versionLines('removed', removed),
    `${retired.count} versions retired, ${removed.count} removed, ${packageCount} package files and ${blobCount} blobs (${humanSize(sizeBytes)}) freed`,
    ...(report.isApplied ? [] : ['Dry run: nothing was changed.']),
  ];
}

function versionLines(what: string, { listed, count }: PruneReport['retired']): string[] {
  const lines = listed.map(({ channel, history }) => `${printable(channel)} ${history}: ${what}`);
  return count > listed.length ? [...lines, `… and ${count - listed.length} more`] : lines;
}
