import { type AttemptState, type BuilderView, type TaskState } from '@cairn/contracts';

/** What a state tells the eye: colour and sign; the word always stands beside it. */
type Tone = 'waiting' | 'running' | 'good' | 'bad' | 'off';

const SIGN: Readonly<Record<Tone, string>> = {
  waiting: '○',
  running: '◐',
  good: '✓',
  bad: '✗',
  off: '–',
};

const TASK_TONE: Readonly<Record<TaskState, Tone>> = {
  new: 'waiting',
  building: 'running',
  publishing: 'running',
  completed: 'good',
  failed: 'bad',
  cancelled: 'off',
  superseded: 'off',
};

const ATTEMPT_TONE: Readonly<Record<AttemptState, Tone>> = {
  dispatched: 'running',
  building: 'running',
  reserved: 'running',
  accepted: 'good',
  failed: 'bad',
  lost: 'bad',
  void: 'bad',
  cancelled: 'off',
};

const BUILDER_TONE: Readonly<Record<BuilderView['state'], Tone>> = {
  offline: 'off',
  idle: 'waiting',
  building: 'running',
  refusing: 'bad',
  removed: 'off',
};

function Badge({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return (
    <span className={`badge ${tone}`}>
      <span aria-hidden="true">{SIGN[tone]}</span> {word}
    </span>
  );
}

/** A task's state in the words that people use: a new task waits, or is blocked. */
export function TaskStateBadge(props: { readonly state: TaskState; readonly blocked?: boolean }) {
  if (props.state === 'new') {
    return props.blocked === true ? (
      <Badge tone="bad" word="blocked" />
    ) : (
      <Badge tone="waiting" word="waiting" />
    );
  }
  return <Badge tone={TASK_TONE[props.state]} word={props.state} />;
}

export function AttemptStateBadge({ state }: { readonly state: AttemptState }) {
  return <Badge tone={ATTEMPT_TONE[state]} word={state} />;
}

export function BuilderStateBadge({ state }: { readonly state: BuilderView['state'] }) {
  return <Badge tone={BUILDER_TONE[state]} word={state} />;
}
