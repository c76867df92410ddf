import {
  listPackages,
  type PackagePage,
  type PackageSearch,
  type PackageView,
} from '@cairn/contracts';
import { printReply } from '../output/reply.js';
import { tableLines, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { humanSize } from '../stone/printable.js';

/** Options of `cairn package list`. */
export interface PackagesOptions extends JsonOptions {
  readonly search?: string;
  readonly by: PackageSearch;
  readonly in: string;
  readonly offset: number;
  readonly limit: number;
}

const COLUMNS: readonly Column<PackageView>[] = [
  { title: 'PACKAGE', cell: ({ name }) => name },
  {
    title: 'VERSION',
    cell: ({ version, sourceRelease, buildRelease }) =>
      `${version}-${sourceRelease}-${buildRelease}`,
  },
  { title: 'ARCH', cell: ({ architecture }) => architecture },
  { title: 'SOURCE', cell: ({ source }) => source },
  { title: 'SIZE', cell: ({ sizeBytes }) => humanSize(sizeBytes), isRight: true },
  { title: 'SUMMARY', cell: ({ summary }) => summary, isFlexible: true },
];

const MATCHES: Column<PackagePage['packages'][number]> = {
  title: 'FOUND BY',
  cell: ({ matches }) => matches.join(' '),
};

/** `cairn package list CHANNEL`. */
export async function packagesCommand(
  shell: Shell,
  channel: string,
  { search, by, in: version, offset, limit, json }: PackagesOptions,
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listPackages, {
    params: { channel },
    query: { version, search, by, offset, limit },
  });
  printReply(reply, { json: json === true }, ({ packages, total, isCut, history }) => {
    const next = offset + packages.length;
    const found = isCut ? `more than ${total}` : String(total);
    const columns = packages.some(({ matches }) => matches.length > 0)
      ? [...COLUMNS, MATCHES]
      : COLUMNS;
    return [
      ...tableLines(shell.screen, { empty: 'No packages.', columns }, packages),
      next < total
        ? `${packages.length} of ${found} packages of ${history}; more with --offset ${next}`
        : `${found} packages of ${history}`,
    ];
  });
}
