import { type PackageView } from '@cairn/contracts';
import { Bytes } from '../../components/bytes.js';
import { type Column, DataTable } from '../../components/data-table.js';

const COLUMNS: readonly Column<PackageView>[] = [
  {
    heading: 'Package',
    cell: (found) => (
      <a href={found.url} download title={`SHA-256 ${found.sha256}`}>
        <strong>{found.name}</strong>
      </a>
    ),
  },
  {
    heading: 'Version',
    cell: (found) => (
      <span className="version">
        {found.version}-{found.sourceRelease}-{found.buildRelease}
      </span>
    ),
  },
  { heading: 'Summary', kind: 'wide', cell: (found) => found.summary },
  { heading: 'Source', cell: (found) => found.source },
  { heading: 'Architecture', cell: (found) => found.architecture },
  { heading: 'Size', kind: 'number', cell: (found) => <Bytes value={found.sizeBytes} /> },
];

/** Packages of one version of a channel; each name leads to its file. */
export function PackageTable({ packages }: { readonly packages: readonly PackageView[] }) {
  return (
    <DataTable
      caption="Packages"
      columns={COLUMNS}
      rows={packages}
      rowKey={(found) => `${found.name}/${found.architecture}`}
      empty="No package fits."
    />
  );
}
