import { type DependantPage } from '@cairn/contracts';
import { useSearchParams } from 'react-router';
import { offsetIn, type PackagePlace } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { PackageName } from '../../components/package-name.js';
import { PackageRelease } from '../../components/package-release.js';
import { Paging } from '../../components/paging.js';
import { ROWS_PER_PAGE, usePackageDependants } from './queries.js';

/** Who needs something that a package provides. */
export function PackageDependants({ place }: { readonly place: PackagePlace }) {
  const [params] = useSearchParams();
  const offset = offsetIn(params);
  const query = usePackageDependants(place, offset);
  const columns: readonly Column<DependantPage['packages'][number]>[] = [
    { heading: 'Package', cell: ({ name }) => <PackageName place={{ ...place, name }} /> },
    {
      heading: 'Version',
      cell: (found) => <PackageRelease item={found} />,
    },
    {
      heading: 'Needs of it',
      kind: 'wide',
      cell: ({ needs }) => (
        <ul className="capabilities">
          {needs.map((capability) => (
            <li key={capability}>
              <code>{capability}</code>
            </li>
          ))}
        </ul>
      ),
    },
  ];
  return (
    <Loaded query={query}>
      {({ packages, total }) => (
        <>
          <DataTable
            caption="Packages that need it"
            columns={columns}
            rows={packages}
            rowKey={({ name }) => name}
            empty="No package of this version needs it."
          />
          <Paging offset={offset} pageSize={ROWS_PER_PAGE} total={total} />
        </>
      )}
    </Loaded>
  );
}
