import { type BuiltPackage } from '@cairn/contracts';
import { Link } from 'react-router';
import { capabilityPath, type PackagePlace, packagePath } from '../../components/channel-paths.js';

interface ListProps {
  readonly heading: string;
  readonly count: number;
  readonly listedCount: number;
  readonly children: React.ReactNode;
}

function CountedList({ heading, count, listedCount, children }: ListProps) {
  return (
    <section>
      <h2>
        {heading} <span className="muted">{count.toLocaleString()}</span>
      </h2>
      {count === 0 && <p className="muted">Nothing.</p>}
      <ul className="capabilities">{children}</ul>
      {count > listedCount && (
        <p className="muted">and {(count - listedCount).toLocaleString()} more</p>
      )}
    </section>
  );
}

interface CapabilityLinkProps {
  readonly place: PackagePlace;
  readonly capability: string;
}

function CapabilityLink({ place, capability }: CapabilityLinkProps) {
  const { channel, version } = place;
  return (
    <Link to={capabilityPath({ channel, capability, version })}>
      <code>{capability}</code>
    </Link>
  );
}

type Need = BuiltPackage['depends'][number];

function Providers({ place, need }: { readonly place: PackagePlace; readonly need: Need }) {
  const { providers, providerCount } = need;
  if (providerCount === 0) return <span className="badge bad">provided by none here</span>;
  return (
    <span className="providers">
      <span className="muted">from </span>
      {providers.map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <Link to={packagePath({ ...place, name })}>{name}</Link>
        </span>
      ))}
      {providerCount > providers.length && (
        <span className="muted"> and {providerCount - providers.length} more</span>
      )}
    </span>
  );
}

interface NeedListProps {
  readonly place: PackagePlace;
  readonly depends: readonly Need[];
  readonly count: number;
}

/** What a package needs, and who provides it in the same version. */
export function NeedList({ place, depends, count }: NeedListProps) {
  return (
    <CountedList heading="Needs" count={count} listedCount={depends.length}>
      {depends.map((need) => (
        <li key={need.capability}>
          <CapabilityLink place={place} capability={need.capability} />{' '}
          <Providers place={place} need={need} />
        </li>
      ))}
    </CountedList>
  );
}

interface CapabilityListProps {
  readonly heading: string;
  readonly place: PackagePlace;
  readonly capabilities: readonly string[];
  readonly count: number;
}

/** Capabilities, each leading to who provides and needs it. */
export function CapabilityList({ heading, place, capabilities, count }: CapabilityListProps) {
  return (
    <CountedList heading={heading} count={count} listedCount={capabilities.length}>
      {capabilities.map((capability) => (
        <li key={capability}>
          <CapabilityLink place={place} capability={capability} />
        </li>
      ))}
    </CountedList>
  );
}
