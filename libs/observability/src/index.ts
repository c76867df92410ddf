export { Health, type CheckReport, type HealthCheck, type HealthReport } from './health/health.js';
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './logging/logger.js';
export { NestLogger } from './logging/nest-logger.js';
export { REDACTED, withoutUrlPasswords } from './logging/redaction.js';
export type { Counter } from './metrics/counter.js';
export type { Gauge } from './metrics/gauge.js';
export { SECONDS_BUCKETS, type Histogram } from './metrics/histogram.js';
export type { LabelValues, MetricDefinition } from './metrics/metric.js';
export { Metrics, METRICS_CONTENT_TYPE } from './metrics/metrics.js';
export { Shutdown } from './shutdown.js';
export {
  childTrace,
  formatTraceparent,
  newTrace,
  parseTraceparent,
  type TraceContext,
} from './trace-context.js';
export {
  currentLogFields,
  currentTrace,
  runInContext,
  type ContextFields,
} from './work-context.js';
