import { type BuildFailure } from '@cairn/contracts';
import { parseLine } from './log/parse-line.js';
import { PLAIN_STYLE } from './log/log-style.js';

const CLASS_SENTENCE: Readonly<Record<BuildFailure['class'], string>> = {
  infrastructure: 'The infrastructure is at fault; the task is tried again by itself.',
  recipe: 'The recipe or its source is at fault; it waits for a change.',
  upstream: 'An upstream source could not be had as the recipe describes it.',
  cancelled: 'The build was cancelled.',
};

/** How the command ended, in words. */
export function endingOf(failure: Pick<BuildFailure, 'exitCode' | 'signal'>): string | null {
  if (failure.signal !== undefined) return `killed by ${failure.signal}`;
  return failure.exitCode === undefined ? null : `exit code ${failure.exitCode}`;
}

function Excerpt({ text }: { readonly text: string }) {
  return (
    <pre className="excerpt" tabIndex={0} aria-label="Excerpt of the log">
      {text
        .split('\n')
        .map((line) =>
          parseLine(line, PLAIN_STYLE)
            .spans.map((span) => span.text)
            .join(''),
        )
        .join('\n')}
    </pre>
  );
}

/** Everything known of a failed build: step, command, ending, recipe line, last lines. */
export function FailureDetails({ failure }: { readonly failure: BuildFailure }) {
  const ending = endingOf(failure);
  return (
    <div className="failure">
      <p className="note bad">{failure.message}</p>
      <dl className="facts">
        <dt>Step</dt>
        <dd>{failure.step}</dd>
        {failure.command !== undefined && (
          <>
            <dt>Command</dt>
            <dd>
              <code className="breaking">{failure.command}</code>
            </dd>
          </>
        )}
        {ending !== null && (
          <>
            <dt>Ended</dt>
            <dd>{ending}</dd>
          </>
        )}
        {failure.recipeLine !== undefined && (
          <>
            <dt>Recipe</dt>
            <dd>line {failure.recipeLine} of stone.yaml</dd>
          </>
        )}
        <dt>Kind</dt>
        <dd>
          {CLASS_SENTENCE[failure.class]} <code>{failure.code}</code>
        </dd>
      </dl>
      {failure.excerpt !== undefined && failure.excerpt !== '' && (
        <Excerpt text={failure.excerpt} />
      )}
    </div>
  );
}
