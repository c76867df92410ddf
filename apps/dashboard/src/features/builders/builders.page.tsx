import { BuilderCard } from '../../components/builder-card.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { MachineDetails } from './machine-details.js';
import { useBuilders } from './queries.js';

/** Every enrolled builder and the state of its machine. */
export function BuildersPage() {
  const query = useBuilders();
  return (
    <>
      <PageTitle title="Builders" />
      <Loaded query={query}>
        {({ builders }) =>
          builders.length === 0 ? (
            <p className="muted">No builder is enrolled.</p>
          ) : (
            <div className="grid">
              {builders.map((builder) => (
                <BuilderCard key={builder.id} builder={builder}>
                  <MachineDetails builder={builder} />
                </BuilderCard>
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
