import { type RebuildStepView } from '@cairn/contracts';
import { Link } from 'react-router';
import { ReasonSentence } from '../../components/reason-sentence.js';

interface StepDetailsProps {
  readonly step: RebuildStepView;
  readonly steps: readonly RebuildStepView[];
  readonly onChoose: (id: string) => void;
}

/** One step: its reason, its log, what it depends on and what depends on it. */
export function StepDetails({ step, steps, onChoose }: StepDetailsProps) {
  const before = new Set(step.after);
  return (
    <section aria-labelledby="step">
      <h2 id="step">
        {step.source} <span className="muted">build {step.stage + 1}</span>
      </h2>
      <p>
        <ReasonSentence reason={step.reason} />{' '}
        <Link to={`/tasks/${step.taskId}#log`}>Task {step.taskId} and its log</Link>
      </p>
      {step.published.length > 0 && (
        <p className="small">
          Uses the published {[...new Set(step.published.map((use) => use.source))].join(', ')}.
        </p>
      )}
      {step.without.length > 0 && <p className="small">Built without {step.without.join(', ')}.</p>}
      <div className="columns">
        <StepList
          heading="Depends on"
          steps={steps.filter((each) => before.has(each.id))}
          onChoose={onChoose}
        />
        <StepList
          heading="Needed by"
          steps={steps.filter((each) => each.after.includes(step.id))}
          onChoose={onChoose}
        />
      </div>
    </section>
  );
}

function StepList(props: {
  readonly heading: string;
  readonly steps: readonly RebuildStepView[];
  readonly onChoose: (id: string) => void;
}) {
  return (
    <div className="column">
      <h3>
        {props.heading} <span className="muted">{props.steps.length}</span>
      </h3>
      <ul className="plain step-list">
        {props.steps.map((step) => (
          <li key={step.id}>
            <button type="button" className="link" onClick={() => props.onChoose(step.id)}>
              {step.id}
            </button>{' '}
            <span className="muted">{step.standing}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
