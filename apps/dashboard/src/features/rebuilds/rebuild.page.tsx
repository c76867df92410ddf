import { type RebuildDetail } from '@cairn/contracts';
import { useState } from 'react';
import { useParams } from 'react-router';
import { useSession } from '../../api/session.js';
import { ConfirmButton } from '../../components/confirm-button.js';
import { ErrorNote } from '../../components/error-note.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { StepGraph } from './graph/step-graph.js';
import { useRebuild, useRebuildCommand } from './queries.js';
import { RebuildProgress } from './rebuild-progress.js';
import { StepDetails } from './step-details.js';

function RebuildActions({ rebuild }: Pick<RebuildDetail, 'rebuild'>) {
  const session = useSession();
  const command = useRebuildCommand(rebuild.id, session.csrfToken);
  const isOpen = rebuild.state === 'running' || rebuild.state === 'paused';
  if (!isOpen || !session.may('rebuild:manage')) return null;
  const other = rebuild.state === 'running' ? 'pause' : 'resume';
  return (
    <div className="actions">
      <button type="button" disabled={command.isPending} onClick={() => command.mutate(other)}>
        {other === 'pause' ? 'Pause' : 'Resume'}
      </button>
      <ConfirmButton
        label="Cancel"
        question="Really cancel?"
        isBusy={command.isPending}
        onConfirm={() => command.mutate('cancel')}
      />
      {command.error && <ErrorNote error={command.error} />}
    </div>
  );
}

function RebuildSections({ detail }: { readonly detail: RebuildDetail }) {
  const { rebuild, graph } = detail;
  const [chosenId, setChosenId] = useState<string | null>(null);
  const chosen = graph.find((step) => step.id === chosenId);
  return (
    <>
      <PageTitle title={`Rebuild of ${rebuild.project}/${rebuild.profile}`}>
        <span className="muted">{rebuild.state}</span>
        <span className="spacer" />
        <RebuildActions rebuild={rebuild} />
      </PageTitle>
      <RebuildProgress rebuild={rebuild} />
      <StepGraph steps={graph} chosenId={chosenId} onChoose={setChosenId} />
      {chosen === undefined ? (
        <p className="muted small">
          Drag to move, turn the wheel to zoom, press a step to see what it waits for.
        </p>
      ) : (
        <StepDetails step={chosen} steps={graph} onChoose={setChosenId} />
      )}
    </>
  );
}

/** One rebuild: progress, its graph, and what one step waits for. */
export function RebuildPage() {
  const rebuildId = useParams()['rebuildId'] ?? '';
  const query = useRebuild(rebuildId);
  return (
    <>
      {query.data === undefined && <PageTitle title="Rebuild" />}
      <Loaded query={query}>
        {(detail) => <RebuildSections key={detail.rebuild.id} detail={detail} />}
      </Loaded>
    </>
  );
}
