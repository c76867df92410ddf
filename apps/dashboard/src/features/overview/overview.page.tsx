import { type Overview } from '@cairn/contracts';
import { Link } from 'react-router';
import { useSession } from '../../api/session.js';
import { BuilderCard } from '../../components/builder-card.js';
import { CopyLine } from '../../components/copy-line.js';
import { ErrorNote } from '../../components/error-note.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { RepositoryCard } from '../../components/repository-card.js';
import { BuildingTable } from './building-table.js';
import { CountLine } from './count-line.js';
import { EventList } from './event-list.js';
import { useAllocationSwitch, useOverview } from './queries.js';
import { QueueTable } from './queue-table.js';
import { RecentTable } from './recent-table.js';

function PauseSwitch({ isPaused }: { readonly isPaused: boolean }) {
  const session = useSession();
  const change = useAllocationSwitch(session.csrfToken);
  return (
    <>
      {isPaused && (
        <p className="note" role="status">
          Paused: no further builds are given out. Running ones go on.
        </p>
      )}
      {change.error && <ErrorNote error={change.error} />}
      {session.may('allocation:pause') && (
        <p>
          <button
            type="button"
            disabled={change.isPending}
            onClick={() => change.mutate(!isPaused)}
          >
            {isPaused ? 'Resume' : 'Pause'}
          </button>
        </p>
      )}
    </>
  );
}

function OverviewSections({ overview }: { readonly overview: Overview }) {
  return (
    <>
      <CountLine counts={overview.counts} />
      <PauseSwitch isPaused={overview.paused} />
      <div className="columns">
        <div className="column wide">
          <section aria-labelledby="building">
            <h2 id="building">Building now</h2>
            <BuildingTable tasks={overview.building} builders={overview.builders} />
          </section>
          <section aria-labelledby="queue">
            <h2 id="queue">Queue</h2>
            <QueueTable tasks={overview.queue} />
          </section>
          <section aria-labelledby="recent">
            <h2 id="recent">Recent results</h2>
            <RecentTable tasks={overview.recent} />
          </section>
        </div>
        <div className="column">
          <section aria-labelledby="builders">
            <h2 id="builders">
              <Link to="/builders">Builders</Link>
            </h2>
            {overview.builders.length === 0 && <p className="muted">No builder is enrolled.</p>}
            {overview.builders.map((builder) => (
              <BuilderCard key={builder.id} builder={builder} />
            ))}
          </section>
          <section aria-labelledby="repositories">
            <h2 id="repositories">
              <Link to="/repositories">Repositories</Link>
            </h2>
            {overview.repositories.length === 0 && (
              <p className="muted">No recipe repository is known.</p>
            )}
            {overview.repositories.map((repository) => (
              <RepositoryCard
                key={`${repository.project}/${repository.name}`}
                repository={repository}
              />
            ))}
          </section>
          <section aria-labelledby="events">
            <h2 id="events">Latest events</h2>
            <EventList events={overview.events} />
          </section>
        </div>
      </div>
      {overview.repositoryUrl !== null && (
        <section aria-labelledby="install">
          <h2 id="install">Install from here</h2>
          <CopyLine text={overview.repositoryUrl} />
          <p className="muted small">
            The line for <code>moss</code> stands on the page <Link to="/channels">Packages</Link>.
          </p>
        </section>
      )}
    </>
  );
}

/** What happens now: builds, queue, builders, repositories, results, events. */
export function OverviewPage() {
  const query = useOverview();
  return (
    <>
      <PageTitle title="Overview" />
      <Loaded query={query}>{(overview) => <OverviewSections overview={overview} />}</Loaded>
    </>
  );
}
