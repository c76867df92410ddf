import type { Counter, Metrics } from '@cairn/observability';

/** Everything that vessel counts. */
export interface VesselMetrics {
  readonly imports: Counter<'outcome'>;
  readonly publications: Counter<'outcome'>;
  readonly announcementsRefused: Counter<never>;
  readonly repliesRefused: Counter<never>;
}

export function declareMetrics(metrics: Metrics): VesselMetrics {
  return {
    imports: metrics.counter({
      name: 'cairn_imports_total',
      help: 'Decided imports by outcome.',
      labels: ['outcome'],
    }),
    publications: metrics.counter({
      name: 'cairn_publications_total',
      help: 'Decided publications by outcome.',
      labels: ['outcome'],
    }),
    announcementsRefused: metrics.counter({
      name: 'cairn_announcements_refused_total',
      help: 'Announcements that summit will never take.',
    }),
    repliesRefused: metrics.counter({
      name: 'cairn_reply_subjects_refused_total',
      help: 'Requests that were dropped because their reply subject was not the sender’s.',
    }),
  };
}
