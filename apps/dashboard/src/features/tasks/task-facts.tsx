import { type TaskDetail } from '@cairn/contracts';
import { CommitId } from '../../components/commit-id.js';
import { Ago, Took } from '../../components/moment.js';

/** What a task is, as pairs of word and value. */
export function TaskFacts({ task }: { readonly task: TaskDetail }) {
  return (
    <dl className="facts">
      <dt>Profile</dt>
      <dd>
        {task.project}/{task.profile}, {task.architecture}
      </dd>
      <dt>Recipe</dt>
      <dd>
        {task.repository} at <CommitId commit={task.commit} />
      </dd>
      {task.description !== '' && (
        <>
          <dt>About</dt>
          <dd>{task.description}</dd>
        </>
      )}
      <dt>Change set</dt>
      <dd>
        <code className="breaking">{task.changeSetId}</code>
      </dd>
      <dt>Created</dt>
      <dd>
        <Ago at={task.createdAt} />
      </dd>
      {task.dispatchedAt !== null && (
        <>
          <dt>Build</dt>
          <dd>
            dispatched <Ago at={task.dispatchedAt} />, took{' '}
            <Took from={task.dispatchedAt} to={task.builtAt ?? task.endedAt} />
          </dd>
        </>
      )}
      {task.publishedHistory !== null && (
        <>
          <dt>Published</dt>
          <dd>
            in version <code>{task.publishedHistory}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
