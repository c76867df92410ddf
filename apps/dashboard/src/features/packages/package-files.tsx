import { type FilePage } from '@cairn/contracts';
import { useSearchParams } from 'react-router';
import { offsetIn, type PackagePlace, textIn } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { Paging } from '../../components/paging.js';
import { SearchForm } from '../../components/search-form.js';
import { givesRights, modeText } from './file-mode.js';
import { ROWS_PER_PAGE, usePackageFiles } from './queries.js';

const COLUMNS: readonly Column<FilePage['files'][number]>[] = [
  {
    heading: 'Path',
    kind: 'wide',
    cell: ({ path, mode }) => (
      <div>
        <code className="breaking">/usr/{path}</code>
        {givesRights(mode) && <span className="badge bad">runs with its owner’s rights</span>}
      </div>
    ),
  },
  { heading: 'Mode', kind: 'number', cell: ({ mode }) => <code>{modeText(mode)}</code> },
];

/** What a package installs. */
export function PackageFiles({ place }: { readonly place: PackagePlace }) {
  const [params, setParams] = useSearchParams();
  const search = textIn(params, 'search');
  const offset = offsetIn(params);
  const query = usePackageFiles(place, { search, offset });
  return (
    <>
      <SearchForm
        label="Path"
        value={search}
        onSearch={(text) => {
          const changed = new URLSearchParams(params);
          changed.delete('offset');
          if (text === undefined) changed.delete('search');
          else changed.set('search', text);
          setParams(changed);
        }}
      />
      <Loaded query={query}>
        {({ files, total }) => (
          <>
            <DataTable
              caption="Files"
              columns={COLUMNS}
              rows={files}
              rowKey={({ path }) => path}
              empty={search === undefined ? 'It installs no file.' : 'No path fits.'}
            />
            <Paging offset={offset} pageSize={ROWS_PER_PAGE} total={total} />
          </>
        )}
      </Loaded>
    </>
  );
}
