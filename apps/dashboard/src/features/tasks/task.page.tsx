import { type AttemptView, type TaskDetail } from '@cairn/contracts';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useParams } from 'react-router';
import { useSession } from '../../api/session.js';
import { ErrorNote } from '../../components/error-note.js';
import { Loaded } from '../../components/loaded.js';
import { PageTitle } from '../../components/page-title.js';
import { ReasonSentence } from '../../components/reason-sentence.js';
import { TaskStateBadge } from '../../components/state-badge.js';
import { AttemptSection } from './attempt-section.js';
import { LogView } from './log/log-view.js';
import { useTask, useTaskCommand } from './queries.js';
import { RelatedTasks } from './related-tasks.js';
import { TaskActions } from './task-actions.js';
import { TaskFacts } from './task-facts.js';

function newestFirst(attempts: readonly AttemptView[]): AttemptView[] {
  return attempts.toSorted((a, b) => b.number - a.number);
}

/** A heading that is scrolled to when the page's address names it. */
function LogHeading({ number }: { readonly number: number }) {
  const { hash } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hash === '#log') heading.current?.scrollIntoView();
  }, [hash]);
  return (
    <h2 id="log" ref={heading}>
      Log of attempt {number}
    </h2>
  );
}

function Attempts({ task }: { readonly task: TaskDetail }) {
  const [chosenId, setChosenId] = useState<string | null>(null);
  const attempts = newestFirst(task.attempts);
  const shown = attempts.find((attempt) => attempt.id === chosenId) ?? attempts[0];
  return (
    <>
      <section aria-labelledby="attempts">
        <h2 id="attempts">
          Attempts <span className="muted">{attempts.length}</span>
        </h2>
        {attempts.length === 0 && <p className="muted">Not given to a builder yet.</p>}
        {attempts.map((attempt) => (
          <AttemptSection
            key={attempt.id}
            attempt={attempt}
            isLogShown={attempt === shown}
            onShowLog={() => setChosenId(attempt.id)}
          />
        ))}
      </section>
      {shown && (
        <section aria-labelledby="log">
          <LogHeading number={shown.number} />
          <LogView
            key={shown.id}
            attemptId={shown.id}
            knownSizeBytes={shown.logSizeBytes}
            fileName={`${task.source}-${task.version}-${task.sourceRelease}-attempt-${shown.number}.log`}
          />
        </section>
      )}
    </>
  );
}

function TaskSections({ task }: { readonly task: TaskDetail }) {
  const session = useSession();
  const command = useTaskCommand(task.id, session.csrfToken);
  const isHeld = task.reason.code === 'held';
  return (
    <>
      <PageTitle title={`${task.source} ${task.version}-${task.sourceRelease}`}>
        <TaskStateBadge state={task.state} blocked={task.blocked} />
        <span className="spacer" />
        <TaskActions
          state={task.state}
          mayRetry={session.may('task:retry')}
          mayCancel={session.may('task:cancel')}
          mayHold={session.may('task:hold')}
          isHeld={isHeld}
          isBusy={command.isPending}
          onRetry={() => command.mutate('retry')}
          onCancel={() => command.mutate('cancel')}
          onHold={() => command.mutate(isHeld ? 'release' : 'hold')}
        />
      </PageTitle>
      {command.error && <ErrorNote error={command.error} />}
      <p className="lead">
        <ReasonSentence reason={task.reason} />
      </p>
      <div className="columns">
        <div className="column">
          <TaskFacts task={task} />
        </div>
        <div className="column">
          <RelatedTasks
            heading="Depends on"
            tasks={task.dependencies}
            empty="On no other open task."
          />
          <RelatedTasks
            heading="Needed by"
            tasks={task.dependants}
            empty="No other task waits for it."
          />
        </div>
      </div>
      <Attempts task={task} />
    </>
  );
}

/** One task: facts, reason, attempts, neighbours, log. */
export function TaskPage() {
  const taskId = Number(useParams()['taskId']);
  const query = useTask(taskId);
  return (
    <>
      {query.data === undefined && <PageTitle title={`Task ${taskId}`} />}
      <Loaded query={query}>{(task) => <TaskSections key={task.id} task={task} />}</Loaded>
    </>
  );
}
