import { type PackagePage, type PackageSearch } from '@cairn/contracts';
import { Bytes } from '../../components/bytes.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { PackageName } from '../../components/package-name.js';
import { PackageRelease } from '../../components/package-release.js';

type Found = PackagePage['packages'][number];

interface PackageTableProps {
  readonly channel: string;
  readonly version: string;
  readonly by: PackageSearch;
  readonly packages: readonly Found[];
}

function columnsOf({ channel, version, by }: PackageTableProps): readonly Column<Found>[] {
  return [
    {
      heading: 'Package',
      cell: ({ name, architecture }) => (
        <PackageName place={{ channel, name, version, architecture }} />
      ),
    },
    {
      heading: 'Version',
      cell: (found) => <PackageRelease item={found} />,
    },
    {
      heading: 'Summary',
      kind: 'wide',
      cell: ({ summary, matches }) => (
        <div>
          {summary}
          {matches.map((match) => (
            <code key={match} className="match">
              {by === 'file' && '/usr/'}
              {match}
            </code>
          ))}
        </div>
      ),
    },
    { heading: 'Source', cell: (found) => found.source },
    { heading: 'Architecture', cell: (found) => found.architecture },
    { heading: 'Size', kind: 'number', cell: (found) => <Bytes value={found.sizeBytes} /> },
  ];
}

/** Packages of one version of a channel; each name leads to its page. */
export function PackageTable(props: PackageTableProps) {
  return (
    <DataTable
      caption="Packages"
      columns={columnsOf(props)}
      rows={props.packages}
      rowKey={(found) => `${found.name}/${found.architecture}`}
      empty="No package fits."
    />
  );
}
