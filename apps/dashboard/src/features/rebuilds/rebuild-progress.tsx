import { type RebuildView } from '@cairn/contracts';
import { Bar } from '../../components/bar.js';
import { durationText } from '../../components/duration.js';
import { Ago } from '../../components/moment.js';

const SHOWN = ['building', 'ready', 'waiting', 'blocked', 'failed', 'spared', 'cancelled'] as const;

/** How far a rebuild is, and how long the rest will probably take. */
export function RebuildProgress({ rebuild }: { readonly rebuild: RebuildView }) {
  const { steps, forecast } = rebuild;
  const others = SHOWN.filter((name) => steps[name] > 0).map((name) => `${steps[name]} ${name}`);
  return (
    <>
      <Bar
        label="Built"
        share={steps.total === 0 ? 1 : steps.built / steps.total}
        text={`${steps.built} of ${steps.total}`}
      />
      <p className="muted small">
        {[
          ...others,
          `round ${rebuild.round}`,
          ...(rebuild.byStage ? ['published by stage'] : []),
        ].join(' · ')}{' '}
        · started by {rebuild.account} <Ago at={rebuild.createdAt} />
      </p>
      {forecast !== null && (
        <p className="muted small">
          About {durationText(forecast.remainingMs)} left (between{' '}
          {durationText(forecast.remainingLowMs)} and {durationText(forecast.remainingHighMs)}),{' '}
          {forecast.builderHours.toFixed(1)} builder-hours.
        </p>
      )}
      {rebuild.publishedHistory !== null && (
        <p className="small">Published as {rebuild.publishedHistory}.</p>
      )}
      {rebuild.refusal !== null && <p className="note bad">{rebuild.refusal.message}</p>}
    </>
  );
}
