import { CAPABILITY_LENGTH_MAX, type CapabilityUsers, type PackageView } from '@cairn/contracts';
import { useParams, useSearchParams } from 'react-router';
import { ChannelNav } from '../../components/channel-nav.js';
import { offsetIn, textIn, versionIn } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { PackageName } from '../../components/package-name.js';
import { PackageRelease } from '../../components/package-release.js';
import { PageTitle } from '../../components/page-title.js';
import { Paging } from '../../components/paging.js';
import { SearchForm } from '../../components/search-form.js';
import { ROWS_PER_PAGE, useCapabilityUsers } from './queries.js';

interface UsersProps {
  readonly channel: string;
  readonly version: string;
  readonly users: CapabilityUsers;
}

function Users({ channel, version, users }: UsersProps) {
  const columns: readonly Column<PackageView>[] = [
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
    { heading: 'Architecture', cell: ({ architecture }) => architecture },
    { heading: 'Summary', kind: 'wide', cell: ({ summary }) => summary },
  ];
  const lists = [
    ['Provided by', users.providers, users.providerCount, 'Nobody here provides it.'],
    ['Needed by', users.dependants, users.dependantCount, 'Nobody here needs it.'],
  ] as const;
  return lists.map(([heading, packages, count, empty]) => (
    <section key={heading}>
      <h2>
        {heading} <span className="muted">{count.toLocaleString()}</span>
      </h2>
      <DataTable
        caption={heading}
        columns={columns}
        rows={packages}
        rowKey={({ name, architecture }) => `${name}/${architecture}`}
        empty={count > 0 ? 'No more.' : empty}
      />
    </section>
  ));
}

function FoundUsers(props: {
  readonly channel: string;
  readonly capability: string;
  readonly version: string;
}) {
  const { channel, capability, version } = props;
  const [params] = useSearchParams();
  const offset = offsetIn(params);
  const query = useCapabilityUsers(channel, { capability, version, offset });
  return (
    <Loaded query={query}>
      {(users) => (
        <>
          <Users channel={channel} version={version} users={users} />
          <Paging
            offset={offset}
            pageSize={ROWS_PER_PAGE}
            total={Math.max(users.providerCount, users.dependantCount)}
          />
        </>
      )}
    </Loaded>
  );
}

/** Who provides and who needs a capability in a version. */
export function CapabilityPage() {
  const { channel = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const capability = textIn(params, 'capability', CAPABILITY_LENGTH_MAX);
  const version = versionIn(params, 'version') ?? 'stream/volatile';
  return (
    <>
      <PageTitle title={capability ?? 'Capabilities'}>
        <span className="muted">
          in {channel} {version}
        </span>
      </PageTitle>
      <ChannelNav channel={channel} />
      <SearchForm
        label="Capability, such as soname(libz.so.1(x86_64))"
        value={capability}
        onSearch={(text) =>
          setParams({ ...(text === undefined ? {} : { capability: text }), version })
        }
      />
      {capability !== undefined && (
        <FoundUsers channel={channel} capability={capability} version={version} />
      )}
    </>
  );
}
