import { type BuiltPackage } from '@cairn/contracts';
import { Bytes } from '../../components/bytes.js';
import { type PackagePlace } from '../../components/channel-paths.js';
import { PointerChips } from '../../components/pointer-chips.js';
import { CapabilityList, NeedList } from './capability-lists.js';
import { PackageBuilds } from './package-builds.js';

interface PackageAboutProps {
  readonly place: PackagePlace;
  readonly detail: BuiltPackage;
}

function PackageFacts({ detail }: { readonly detail: BuiltPackage }) {
  const { package: shown, streams, tags, pins } = detail;
  return (
    <dl className="facts">
      <dt>Source</dt>
      <dd>{shown.source}</dd>
      <dt>Licences</dt>
      <dd>
        {detail.licenses.map((licence) => (
          <span key={licence} className="chip">
            {licence}
          </span>
        ))}
        {detail.licenses.length === 0 && <span className="muted">none named</span>}
      </dd>
      <dt>Homepage</dt>
      <dd className="breaking">{detail.homepage || <span className="muted">none</span>}</dd>
      <dt>Size</dt>
      <dd>
        <Bytes value={shown.sizeBytes} />
      </dd>
      <dt>SHA-256</dt>
      <dd>
        <code className="breaking">{shown.sha256}</code>
      </dd>
      <dt>Carried by</dt>
      <dd>
        <PointerChips streams={streams} tags={tags} />
      </dd>
      {pins.map(({ stream, account, reason }) => (
        <div key={stream} className="fact">
          <dt>Pinned</dt>
          <dd>
            in {stream} by {account}
            {reason !== '' && `: ${reason}`}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a package is, needs and provides, and which releases of it there are. */
export function PackageAbout({ place, detail }: PackageAboutProps) {
  const { description, package: shown } = detail;
  return (
    <div className="columns">
      <div className="column">
        {description !== '' && description !== shown.summary && (
          <p className="prose">{description}</p>
        )}
        <PackageFacts detail={detail} />
        <PackageBuilds builds={detail.builds} shownSha256={shown.sha256} />
      </div>
      <div className="column">
        <NeedList place={place} depends={detail.depends} count={detail.dependCount} />
        <CapabilityList
          heading="Provides"
          place={place}
          capabilities={detail.provides}
          count={detail.provideCount}
        />
        {detail.conflictCount > 0 && (
          <CapabilityList
            heading="Conflicts with"
            place={place}
            capabilities={detail.conflicts}
            count={detail.conflictCount}
          />
        )}
      </div>
    </div>
  );
}
