import { invariant } from '@cairn/std';
import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { Histogram } from './histogram.js';
import type { MetricDefinition, Sample } from './metric.js';

const METRIC_NAME = /^cairn(_[a-z][a-z0-9]*){2,}$/;
const LABEL_NAME = /^[a-z][a-z0-9_]*$/;
/** The `Content-Type` of what `render` returns. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Registered {
  readonly definition: MetricDefinition<string>;
  readonly type: string;
  readonly droppedCount: number;
  samples(): readonly Sample[];
}

/** The metrics of one app, declared in one file of it, and their text for Prometheus. */
export class Metrics {
  readonly #metrics = new Map<string, Registered>();
  readonly #collectors: (() => void | Promise<void>)[] = [];

  counter<const Label extends string = never>(definition: MetricDefinition<Label>): Counter<Label> {
    invariant(definition.name.endsWith('_total'), `counter ${definition.name} ends in _total`);
    return this.#register(definition, new Counter<Label>());
  }

  gauge<const Label extends string = never>(definition: MetricDefinition<Label>): Gauge<Label> {
    return this.#register(definition, new Gauge<Label>());
  }

  histogram<const Label extends string = never>(
    definition: MetricDefinition<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    return this.#register(definition, new Histogram<Label>(definition.buckets));
  }

  /** Calls `collect` before each reading, to set gauges that are derived from elsewhere. */
  beforeRender(collect: () => void | Promise<void>): void {
    this.#collectors.push(collect);
  }

  /** All metrics in the text format that Prometheus scrapes. A collector that fails costs only its own gauges. */
  async render(): Promise<string> {
    await Promise.allSettled(this.#collectors.map(async (collect) => collect()));
    const blocks = [...this.#metrics.values()].map((metric) => renderMetric(metric));
    const dropped = [...this.#metrics.values()].reduce((sum, one) => sum + one.droppedCount, 0);
    return `${blocks.join('')}# TYPE cairn_metrics_dropped_total counter\ncairn_metrics_dropped_total ${dropped}\n`;
  }

  #register<Label extends string, M extends Omit<Registered, 'definition'>>(
    definition: MetricDefinition<Label>,
    metric: M,
  ): M {
    const { name, labels = [] } = definition;
    invariant(METRIC_NAME.test(name), `metric ${name} is named cairn_<noun>_<unit>`);
    invariant(!this.#metrics.has(name), `metric ${name} is declared once`);
    for (const label of labels) invariant(LABEL_NAME.test(label), `label ${label} is a name`);
    this.#metrics.set(name, {
      definition,
      type: metric.type,
      get droppedCount() {
        return metric.droppedCount;
      },
      samples: () => metric.samples(),
    });
    return metric;
  }
}

function renderMetric(metric: Registered): string {
  const { name, help } = metric.definition;
  const lines = metric
    .samples()
    .map(({ suffix, labels, value }) => `${name}${suffix}${renderLabels(labels)} ${number(value)}`);
  return [`# HELP ${name} ${escape(help)}`, `# TYPE ${name} ${metric.type}`, ...lines, ''].join(
    '\n',
  );
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escape(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
