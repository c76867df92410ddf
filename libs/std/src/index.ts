export { type Brand } from './brand.js';
export { assertNever, invariant } from './invariant.js';
export { jsonOf } from './json.js';
export { mapInParallel } from './parallel.js';
export { err, ok, type Result } from './result.js';
export {
  after,
  DAY_MS,
  elapsedMs,
  HOUR_MS,
  instantOf,
  MINUTE_MS,
  SECOND_MS,
  systemClock,
  type Clock,
  type Instant,
} from './time.js';
export { GIB, KIB, MIB } from './size.js';
export { SingleFlight } from './single-flight.js';
