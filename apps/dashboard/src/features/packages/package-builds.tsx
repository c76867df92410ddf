import { type BuiltPackage } from '@cairn/contracts';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../components/data-table.js';
import { Ago } from '../../components/moment.js';
import { PackageRelease } from '../../components/package-release.js';

type Build = BuiltPackage['builds'][number];

interface PackageBuildsProps {
  readonly builds: readonly Build[];
  readonly shownSha256: string;
}

function Origin({ attempt }: Pick<Build, 'attempt'>) {
  if (attempt === null) return <span className="muted">not built here</span>;
  return (
    <span>
      <Link to={`/tasks/${attempt.taskId}#log`}>
        task {attempt.taskId}, attempt {attempt.number}
      </Link>{' '}
      on {attempt.builder}
    </span>
  );
}

/** The releases of a package in the channel's pool, and the task that built each. */
export function PackageBuilds({ builds, shownSha256 }: PackageBuildsProps) {
  const columns: readonly Column<Build>[] = [
    {
      heading: 'Release',
      cell: (build) => (
        <span title={`SHA-256 ${build.sha256}`}>
          <PackageRelease item={build} />
          {build.sha256 === shownSha256 && <span className="muted"> this one</span>}
        </span>
      ),
    },
    { heading: 'Built by', kind: 'wide', cell: (build) => <Origin attempt={build.attempt} /> },
    { heading: 'Imported', kind: 'number', cell: (build) => <Ago at={build.importedAt} /> },
  ];
  return (
    <section>
      <h2>Releases</h2>
      <DataTable
        caption="Releases of this package, highest first"
        columns={columns}
        rows={builds}
        rowKey={(build) => build.sha256}
        empty="None is left in the pool."
      />
    </section>
  );
}
