import {
  type Architecture,
  type BuiltPackage,
  getPackage,
  listPackageDependants,
  listPackageFiles,
} from '@cairn/contracts';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { type Cell, fieldLines } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { humanSize, printable } from '../stone/printable.js';
import { labelOf, type PageOptions, pointersText } from './browse-commands.js';

/** Which package of a channel. */
export interface PackageChoice {
  readonly channel: string;
  readonly name: string;
}

interface ArchitectureOptions {
  readonly arch?: Architecture;
}

/** `cairn package show CHANNEL NAME`. */
export async function showPackageCommand(
  shell: Shell,
  params: PackageChoice,
  options: JsonOptions & ArchitectureOptions & { readonly in: string },
): Promise<void> {
  const client = await shell.connect();
  const query = { version: options.in, architecture: options.arch };
  const reply = await client.call(getPackage, { params: { ...params }, query });
  const nowMs = shell.clock.now();
  printReply(reply, { json: options.json === true }, (detail) => [
    ...fieldLines(shell.screen, factsOf(detail)),
    ...dependencyLines(detail),
    ...listLines('Provides', detail.provides, detail.provideCount),
    ...listLines('Conflicts', detail.conflicts, detail.conflictCount),
    'Releases in the pool:',
    ...detail.builds.map((build) => `  ${buildLine(build, nowMs)}`),
  ]);
}

function factsOf(detail: BuiltPackage): (readonly [string, Cell])[] {
  const { package: shown, pins, withdrawn } = detail;
  return [
    ['Package', labelOf(shown)],
    ['Summary', shown.summary],
    ['Source', shown.source],
    ['Licences', detail.licenses.join(', ')],
    ['Homepage', detail.homepage],
    ['Size', humanSize(shown.sizeBytes)],
    ['Files', detail.fileCount],
    ['SHA-256', shown.sha256],
    ['URL', shown.url],
    ['In version', detail.history],
    ['In streams', pointersText(detail) || 'none now'],
    ...pins.map(({ stream, account }): [string, Cell] => ['Pinned', `in ${stream} by ${account}`]),
    ...(withdrawn === null
      ? []
      : [['Withdrawn', `by ${withdrawn.account}: ${withdrawn.reason}`] as const]),
  ];
}

function dependencyLines({ depends, dependCount }: BuiltPackage): string[] {
  const lines = depends.map(({ capability, providers, providerCount }) => {
    const more = providerCount > providers.length ? ' …' : '';
    return `${capability} ← ${providers.join(', ') || 'nobody here'}${more}`;
  });
  return listLines('Needs', lines, dependCount);
}

function listLines(title: string, lines: readonly string[], count: number): string[] {
  if (count === 0) return [];
  const others = count - lines.length;
  return [
    `${title}:`,
    ...lines.map((line) => `  ${printable(line)}`),
    ...(others > 0 ? [`  … and ${others} more`] : []),
  ];
}

function buildLine(build: BuiltPackage['builds'][number], nowMs: number): string {
  const { version, sourceRelease, buildRelease, attempt, importedAt } = build;
  const origin =
    attempt === null
      ? 'from elsewhere'
      : `task #${attempt.taskId}, attempt ${attempt.number} on ${printable(attempt.builder)}`;
  const release = printable(`${version}-${sourceRelease}-${buildRelease}`);
  return `${release}  ${relativeTime(importedAt, nowMs)}  ${origin}`;
}

/** `cairn package files CHANNEL NAME`. */
export async function packageFilesCommand(
  shell: Shell,
  params: PackageChoice,
  options: PageOptions & ArchitectureOptions & { readonly search?: string },
): Promise<void> {
  const { in: version, arch: architecture, search, offset, limit } = options;
  const client = await shell.connect();
  const reply = await client.call(listPackageFiles, {
    params: { ...params },
    query: { version, architecture, search, offset, limit },
  });
  printReply(reply, { json: options.json === true }, ({ files, total }) => [
    ...files.map(({ path }) => printable(`/usr/${path}`)),
    restLine({ shown: files.length, offset, total, what: 'files' }),
  ]);
}

/** `cairn package dependants CHANNEL NAME`. */
export async function packageDependantsCommand(
  shell: Shell,
  params: PackageChoice,
  options: PageOptions & ArchitectureOptions,
): Promise<void> {
  const { in: version, arch: architecture, offset, limit } = options;
  const client = await shell.connect();
  const reply = await client.call(listPackageDependants, {
    params: { ...params },
    query: { version, architecture, offset, limit },
  });
  printReply(reply, { json: options.json === true }, ({ packages, total }) => [
    ...packages.map((item) => `${labelOf(item)} needs ${printable(item.needs.join(', '))}`),
    restLine({ shown: packages.length, offset, total, what: 'packages need it' }),
  ]);
}

function restLine(list: {
  readonly shown: number;
  readonly offset: number;
  readonly total: number;
  readonly what: string;
}): string {
  const { shown, offset, total, what } = list;
  const next = offset + shown;
  return next < total
    ? `${shown} of ${total} ${what}; more with --offset ${next}`
    : `${total} ${what}`;
}
