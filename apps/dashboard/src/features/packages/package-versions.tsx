import { type CarriedPage, type PackageView } from '@cairn/contracts';
import { Link, useSearchParams } from 'react-router';
import { type PackagePlace, packagePath, textIn } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { Ago } from '../../components/moment.js';
import { OlderPaging } from '../../components/older-paging.js';
import { releaseText } from '../../components/package-release.js';
import { PointerChips } from '../../components/pointer-chips.js';
import { usePackageVersions } from './queries.js';

interface PackageVersionsProps {
  readonly place: PackagePlace;
  readonly shown: PackageView;
}

type Carried = CarriedPage['versions'][number];

/** Which release each version of the channel carries. */
export function PackageVersions({ place, shown }: PackageVersionsProps) {
  const [params] = useSearchParams();
  const { architecture } = shown;
  const before = textIn(params, 'before', 18);
  const query = usePackageVersions({ ...place, architecture }, before);
  const own = releaseText(shown);
  const columns: readonly Column<Carried>[] = [
    {
      heading: 'Version',
      cell: ({ history, release }) =>
        release === null ? (
          <code>{history}</code>
        ) : (
          <Link to={packagePath({ ...place, architecture, version: `history/${history}` })}>
            <code className="unbroken">{history}</code>
          </Link>
        ),
    },
    {
      heading: 'Carries',
      kind: 'wide',
      cell: ({ release }) =>
        release === null ? (
          <span className="muted">not in it</span>
        ) : (
          <span className="version">{release === own ? <strong>{release}</strong> : release}</span>
        ),
    },
    {
      heading: 'Pointed to by',
      cell: ({ streams, tags }) => <PointerChips streams={streams} tags={tags} />,
    },
    { heading: 'Made', kind: 'number', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  ];
  return (
    <Loaded query={query}>
      {({ versions, next }) => (
        <>
          <DataTable
            caption="Versions of the channel, newest first"
            columns={columns}
            rows={versions}
            rowKey={({ history }) => history}
            empty="There is no older version."
          />
          <OlderPaging before={before} next={next} what="versions" />
        </>
      )}
    </Loaded>
  );
}
