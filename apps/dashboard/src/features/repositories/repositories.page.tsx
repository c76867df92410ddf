import { type RepositoryView } from '@cairn/contracts';
import { useSession } from '../../api/session.js';
import { ErrorNote } from '../../components/error-note.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { RepositoryCard } from '../../components/repository-card.js';
import { useRefresh, useRepositories } from './queries.js';

interface RefreshableProps {
  readonly repository: RepositoryView;
  readonly csrfToken: string | null;
  readonly mayRefresh: boolean;
}

function Refreshable({ repository, csrfToken, mayRefresh }: RefreshableProps) {
  const refresh = useRefresh(csrfToken);
  const button = (
    <button
      type="button"
      disabled={refresh.isPending}
      onClick={() => refresh.mutate({ project: repository.project, repository: repository.name })}
    >
      Refresh<span className="unseen"> {repository.name}</span>
    </button>
  );
  return (
    <div>
      <RepositoryCard repository={repository} actions={mayRefresh ? button : null} />
      {refresh.data && (
        <p className="muted small" role="status">
          {refresh.data.queued ? 'Looking for new commits …' : 'A look is already on its way.'}
        </p>
      )}
      {refresh.error && <ErrorNote error={refresh.error} />}
    </div>
  );
}

/** The recipe repositories: commit, bad recipes, and looking again. */
export function RepositoriesPage() {
  const query = useRepositories();
  const session = useSession();
  return (
    <>
      <PageTitle title="Repositories" />
      <Loaded query={query}>
        {({ repositories }) =>
          repositories.length === 0 ? (
            <p className="muted">
              No recipe repository is known. <code>cairn project apply FILE</code> adds some.
            </p>
          ) : (
            <div className="grid">
              {repositories.map((repository) => (
                <Refreshable
                  key={`${repository.project}/${repository.name}`}
                  repository={repository}
                  csrfToken={session.csrfToken}
                  mayRefresh={session.may('repository:refresh')}
                />
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
