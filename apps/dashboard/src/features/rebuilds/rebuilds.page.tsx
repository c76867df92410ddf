import { Link } from 'react-router';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { useRebuilds } from './queries.js';
import { RebuildProgress } from './rebuild-progress.js';

/** Rebuilds of many sources, newest first. */
export function RebuildsPage() {
  const query = useRebuilds();
  return (
    <>
      <PageTitle title="Rebuilds" />
      <Loaded query={query}>
        {({ rebuilds }) =>
          rebuilds.length === 0 ? (
            <p className="muted">
              There are no rebuilds. <code>cairn rebuild start</code> begins one.
            </p>
          ) : (
            <div className="grid">
              {rebuilds.map((rebuild) => (
                <article key={rebuild.id} className="card">
                  <header className="card-head">
                    <h3>
                      <Link to={`/rebuilds/${rebuild.id}`}>
                        {rebuild.project}/{rebuild.profile}
                      </Link>
                    </h3>
                    <span className="muted">{rebuild.state}</span>
                  </header>
                  <RebuildProgress rebuild={rebuild} />
                </article>
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
