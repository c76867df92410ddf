import { Link } from 'react-router';
import { Loaded } from '../../components/loaded.js';
import { type ChannelAddress, paramsOf } from './channel-address.js';
import { PackageTable } from './package-table.js';
import { PACKAGES_PER_PAGE, usePackages } from './queries.js';

interface PackageListProps {
  readonly address: ChannelAddress;
  readonly channel: string;
  readonly version: string;
}

interface PagingProps {
  readonly address: ChannelAddress;
  readonly total: number;
}

function Paging({ address, total }: PagingProps) {
  const to = (offset: number) => ({ search: paramsOf({ ...address, offset }).toString() });
  const { offset } = address;
  const last = Math.min(total, offset + PACKAGES_PER_PAGE);
  return (
    <nav className="paging" aria-label="Pages of the list">
      {offset > 0 && <Link to={to(Math.max(0, offset - PACKAGES_PER_PAGE))}>Previous</Link>}
      {total > 0 && (
        <span className="muted">
          {(offset + 1).toLocaleString()} to {last.toLocaleString()} of {total.toLocaleString()}
        </span>
      )}
      {last < total && <Link to={to(offset + PACKAGES_PER_PAGE)}>Next</Link>}
    </nav>
  );
}

/** A page of packages, with the way to the others. */
export function PackageList({ address, channel, version }: PackageListProps) {
  const query = usePackages(channel, {
    version,
    search: address.search,
    offset: address.offset,
  });
  return (
    <Loaded query={query}>
      {(page) => (
        <>
          <PackageTable packages={page.packages} />
          <Paging address={address} total={page.total} />
        </>
      )}
    </Loaded>
  );
}
