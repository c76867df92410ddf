import { Loaded } from '../../components/loaded.js';
import { Paging } from '../../components/paging.js';
import { type ChannelAddress } from './channel-address.js';
import { PackageTable } from './package-table.js';
import { PACKAGES_PER_PAGE, usePackages } from './queries.js';

interface PackageListProps {
  readonly address: ChannelAddress;
  readonly channel: string;
  readonly version: string;
}

/** A page of packages, with the way to the others. */
export function PackageList({ address, channel, version }: PackageListProps) {
  const { search, by, offset } = address;
  const query = usePackages(channel, { version, search, by, offset });
  return (
    <Loaded query={query}>
      {({ packages, total, isCut }) => (
        <>
          <PackageTable channel={channel} version={version} by={by} packages={packages} />
          <Paging offset={offset} pageSize={PACKAGES_PER_PAGE} total={total} isCut={isCut} />
        </>
      )}
    </Loaded>
  );
}
