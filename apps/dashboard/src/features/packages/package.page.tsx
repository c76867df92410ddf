import { type BuiltPackage } from '@cairn/contracts';
import { Link, useParams, useSearchParams } from 'react-router';
import {
  type PackagePlace,
  packagePath,
  packagesPath,
  textIn,
  versionIn,
} from '../../components/channel-paths.js';
import { Loaded } from '../../components/loaded.js';
import { PackageRelease } from '../../components/package-release.js';
import { PageTitle } from '../../components/page-title.js';
import { PackageAbout } from './package-about.js';
import { PackageDependants } from './package-dependants.js';
import { PackageFiles } from './package-files.js';
import { PackageVersions } from './package-versions.js';
import { usePackage } from './queries.js';

const VIEWS = ['about', 'files', 'dependants', 'versions'] as const;
type View = (typeof VIEWS)[number];

interface ViewProps {
  readonly view: View;
  readonly place: PackagePlace;
  readonly detail: BuiltPackage;
}

function Views({ view, place, detail }: ViewProps) {
  const words: Readonly<Record<View, string>> = {
    about: 'About',
    files: `Files ${detail.fileCount.toLocaleString()}`,
    dependants: 'Needed by',
    versions: 'Versions',
  };
  return (
    <nav className="tabs" aria-label="About this package">
      {VIEWS.map((each) => (
        <Link
          key={each}
          to={packagePath(place, each === 'about' ? undefined : each)}
          aria-current={each === view ? 'page' : undefined}
        >
          {words[each]}
        </Link>
      ))}
    </nav>
  );
}

function ShownView({ view, place, detail }: ViewProps) {
  if (view === 'files') return <PackageFiles place={place} />;
  if (view === 'dependants') return <PackageDependants place={place} />;
  if (view === 'versions') return <PackageVersions place={place} shown={detail.package} />;
  return <PackageAbout place={place} detail={detail} />;
}

function PackageSections({ view, place, detail }: ViewProps) {
  const { package: shown, architectures } = detail;
  const here = { ...place, architecture: shown.architecture };
  return (
    <>
      <PageTitle title={shown.name}>
        <PackageRelease item={shown} />
        {architectures.map((architecture) =>
          architecture === shown.architecture ? (
            <span key={architecture} className="chip">
              {architecture}
            </span>
          ) : (
            <Link
              key={architecture}
              className="chip"
              to={packagePath({ ...place, architecture }, view === 'about' ? undefined : view)}
            >
              {architecture}
            </Link>
          ),
        )}
        <span className="spacer" />
        <a href={shown.url} download title={`SHA-256 ${shown.sha256}`}>
          Download
        </a>
      </PageTitle>
      <p className="lead">{shown.summary}</p>
      {detail.withdrawn && (
        <p className="note bad">
          Withdrawn by {detail.withdrawn.account}: {detail.withdrawn.reason || 'no reason given'}
        </p>
      )}
      <Views view={view} place={here} detail={detail} />
      <ShownView view={view} place={here} detail={detail} />
    </>
  );
}

/** One package of a version: what it is, needs and installs, who needs it, and where it is. */
export function PackagePage() {
  const { channel = '', name = '' } = useParams();
  const [params] = useSearchParams();
  const view = VIEWS.find((each) => each === params.get('view')) ?? 'about';
  const place = {
    ...{ channel, name },
    version: versionIn(params, 'version') ?? 'stream/volatile',
    architecture: textIn(params, 'architecture', 16),
  };
  const query = usePackage(place);
  return (
    <>
      <p className="crumbs">
        <Link to={packagesPath(channel, place.version)}>
          {channel} {place.version}
        </Link>
      </p>
      {query.data === undefined && <PageTitle title={name} />}
      <Loaded query={query}>
        {(detail) => <PackageSections view={view} place={place} detail={detail} />}
      </Loaded>
    </>
  );
}
