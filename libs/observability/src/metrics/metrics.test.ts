import { expect, it } from 'vitest';
import { SERIES_PER_METRIC_MAX } from './metric.js';
import { Metrics } from './metrics.js';

it('renders counters, gauges and histograms as Prometheus reads them', async () => {
  const metrics = new Metrics();
  const builds = metrics.counter({
    name: 'cairn_builds_total',
    help: 'Builds.',
    labels: ['result'],
  });
  const slots = metrics.gauge({ name: 'cairn_slots_count', help: 'Slots\nfree.' });
  const age = metrics.histogram({ name: 'cairn_age_seconds', help: 'Age.', buckets: [1, 5] });
  builds.increment({ result: 'a "quoted"\\ one' });
  builds.increment({ result: 'a "quoted"\\ one' }, 2);
  metrics.beforeRender(() => slots.set({}, 3));
  for (const value of [0.5, 1, 3, 9]) age.observe({}, value);
  expect((await metrics.render()).split('\n')).toEqual([
    '# HELP cairn_builds_total Builds.',
    '# TYPE cairn_builds_total counter',
    'cairn_builds_total{result="a \\"quoted\\"\\\\ one"} 3',
    '# HELP cairn_slots_count Slots\\nfree.',
    '# TYPE cairn_slots_count gauge',
    'cairn_slots_count 3',
    '# HELP cairn_age_seconds Age.',
    '# TYPE cairn_age_seconds histogram',
    'cairn_age_seconds_bucket{le="1"} 2',
    'cairn_age_seconds_bucket{le="5"} 3',
    'cairn_age_seconds_bucket{le="+Inf"} 4',
    'cairn_age_seconds_sum 13.5',
    'cairn_age_seconds_count 4',
    '# TYPE cairn_metrics_dropped_total counter',
    'cairn_metrics_dropped_total 0',
    '',
  ]);
});

it('keeps a bounded number of series and tells how many updates it dropped', async () => {
  const metrics = new Metrics();
  const names = metrics.counter({ name: 'cairn_names_total', help: 'Names.', labels: ['name'] });
  for (let at = 0; at < SERIES_PER_METRIC_MAX + 5; at += 1) names.increment({ name: String(at) });
  const text = await metrics.render();
  expect(text.match(/^cairn_names_total/gm)).toHaveLength(SERIES_PER_METRIC_MAX);
  expect(text).toContain('cairn_metrics_dropped_total 5\n');
});

it('refuses a name outside the scheme and a second declaration', () => {
  const metrics = new Metrics();
  expect(() => metrics.gauge({ name: 'builds', help: '' })).toThrow('cairn_<noun>_<unit>');
  expect(() => metrics.counter({ name: 'cairn_builds_count', help: '' })).toThrow('_total');
  metrics.gauge({ name: 'cairn_slots_count', help: '' });
  expect(() => metrics.gauge({ name: 'cairn_slots_count', help: '' })).toThrow('once');
});
