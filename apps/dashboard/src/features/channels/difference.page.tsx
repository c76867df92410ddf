import { type ChannelView, type Difference, type PackageDifference } from '@cairn/contracts';
import { useParams, useSearchParams } from 'react-router';
import { ChannelNav } from '../../components/channel-nav.js';
import { versionIn } from '../../components/channel-paths.js';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { PackageName } from '../../components/package-name.js';
import { PageTitle } from '../../components/page-title.js';
import { VersionSelect } from '../../components/version-select.js';
import { pairToCompare, type VersionPair } from './version-pair.js';
import { useChannels, useDifference } from './queries.js';

function Change({ before, after }: Pick<PackageDifference, 'before' | 'after'>) {
  if (before === null) return <span className="badge good">added</span>;
  if (after === null) return <span className="badge bad">removed</span>;
  return <span className="badge waiting">changed</span>;
}

function columnsOf(
  channel: string,
  { from, to }: VersionPair,
): readonly Column<PackageDifference>[] {
  return [
    {
      heading: 'Package',
      cell: ({ name, architecture, after }) => (
        <PackageName place={{ channel, name, architecture, version: after === null ? from : to }} />
      ),
    },
    { heading: 'Change', cell: (item) => <Change before={item.before} after={item.after} /> },
    {
      heading: 'From',
      cell: ({ before }) => <span className="version">{before ?? '–'}</span>,
    },
    {
      heading: 'To',
      kind: 'wide',
      cell: ({ after }) => <span className="version">{after ?? '–'}</span>,
    },
    { heading: 'Architecture', cell: ({ architecture }) => architecture },
  ];
}

interface DifferenceTableProps {
  readonly channel: string;
  readonly pair: VersionPair;
  readonly difference: Difference;
}

function DifferenceTable({ channel, pair, difference }: DifferenceTableProps) {
  const { added, changed, removed, packages } = difference;
  const others = added + changed + removed - packages.length;
  return (
    <>
      <ul className="counts above-table">
        {Object.entries({ added, changed, removed }).map(([word, count]) => (
          <li key={word} className="count">
            <strong>{count.toLocaleString()}</strong> {word}
          </li>
        ))}
      </ul>
      <DataTable
        caption="Packages that differ"
        columns={columnsOf(channel, pair)}
        rows={packages}
        rowKey={({ name, architecture }) => `${name}/${architecture}`}
        empty="They hold the same packages."
      />
      {others > 0 && <p className="muted">and {others.toLocaleString()} more</p>}
    </>
  );
}

function Comparison({ channel, pair }: { readonly channel: string; readonly pair: VersionPair }) {
  const query = useDifference(channel, pair);
  return (
    <Loaded query={query}>
      {(difference) => <DifferenceTable channel={channel} pair={pair} difference={difference} />}
    </Loaded>
  );
}

function Compare({ channel }: { readonly channel: ChannelView }) {
  const [params, setParams] = useSearchParams();
  const pair = pairToCompare(channel, {
    from: versionIn(params, 'from'),
    to: versionIn(params, 'to'),
  });
  if (pair === undefined) return <p className="muted">The channel has no version yet.</p>;
  const { from, to } = pair;
  const choose = (changed: VersionPair): void => setParams({ ...changed });
  return (
    <>
      <form className="filter" onSubmit={(event) => event.preventDefault()}>
        <VersionSelect
          label="From"
          channel={channel}
          value={from}
          onChange={(version) => choose({ from: version, to })}
        />
        <VersionSelect
          label="To"
          channel={channel}
          value={to}
          onChange={(version) => choose({ from, to: version })}
        />
        <button type="button" onClick={() => choose({ from: to, to: from })}>
          Swap
        </button>
      </form>
      <Comparison channel={channel.name} pair={pair} />
    </>
  );
}

/** What differs between any two versions of a channel. */
export function DifferencePage() {
  const { channel: name = '' } = useParams();
  const query = useChannels();
  return (
    <>
      <PageTitle title={`Compare versions of ${name}`} />
      <ChannelNav channel={name} />
      <Loaded query={query}>
        {({ channels }) => {
          const channel = channels.find((each) => each.name === name);
          if (channel === undefined) return <p className="muted">There is no channel {name}.</p>;
          return <Compare channel={channel} />;
        }}
      </Loaded>
    </>
  );
}
