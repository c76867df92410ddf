import { type BuiltVersionPage } from '@cairn/contracts';
import { Link, useParams, useSearchParams } from 'react-router';
import { ChannelNav } from '../../components/channel-nav.js';
import { packagesPath, textIn } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { Ago } from '../../components/moment.js';
import { OlderPaging } from '../../components/older-paging.js';
import { PageTitle } from '../../components/page-title.js';
import { PointerChips } from '../../components/pointer-chips.js';
import { useVersions } from './queries.js';
import { VersionChanges, VersionMakers } from './version-cells.js';

type Version = BuiltVersionPage['versions'][number];

function columnsOf(channel: string): readonly Column<Version>[] {
  return [
    {
      heading: 'Version',
      cell: ({ history }) => (
        <Link
          to={packagesPath(channel, `history/${history}`)}
          title="Its packages"
          className="unbroken"
        >
          <code>{history}</code>
        </Link>
      ),
    },
    { heading: 'Made', kind: 'number', cell: ({ createdAt }) => <Ago at={createdAt} /> },
    {
      heading: 'Pointed to by',
      cell: ({ streams, tags, leases }) => (
        <div>
          <PointerChips streams={streams} tags={tags} />
          {leases.length > 0 && <span className="muted small"> kept for {leases.join(', ')}</span>}
        </div>
      ),
    },
    {
      heading: 'Changes',
      kind: 'wide',
      cell: (version) => <VersionChanges channel={channel} version={version} />,
    },
    { heading: 'By', cell: (version) => <VersionMakers version={version} /> },
    {
      heading: 'Packages',
      kind: 'number',
      cell: ({ packageCount }) => packageCount.toLocaleString(),
    },
  ];
}

/** The versions of a channel over time: what each changed, who made it, what points to it. */
export function VersionsPage() {
  const { channel = '' } = useParams();
  const [params] = useSearchParams();
  const before = textIn(params, 'before', 18);
  const query = useVersions(channel, before);
  return (
    <>
      <PageTitle title={`Versions of ${channel}`} />
      <ChannelNav channel={channel} />
      <Loaded query={query}>
        {({ versions, next }) => (
          <>
            <DataTable
              caption="Versions, newest first"
              columns={columnsOf(channel)}
              rows={versions}
              rowKey={({ history }) => history}
              empty="There is no older version."
            />
            <OlderPaging before={before} next={next} what="versions" />
          </>
        )}
      </Loaded>
    </>
  );
}
