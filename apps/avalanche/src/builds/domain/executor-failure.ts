import { buildFailureSchema, type BuildFailure } from '@cairn/contracts';
import type { BuildFailure as ExecutorFailure } from '@cairn/executor';

const CODE = /^[a-z]+[a-z0-9.-]*$/;
const MISSING_MAX = 1_000;
const LENGTH_MAX = { step: 64, text: 2_000, excerpt: 8_000, signal: 16, fingerprint: 64 };

/** What the executor says of a failed build, cut to what the contract carries; of the excerpt the end is kept. */
export function reportedFailure(failure: ExecutorFailure): BuildFailure {
  const { command, recipeLine, exitCode, signal, excerpt, fingerprint, missingDependencies } =
    failure;
  return buildFailureSchema.parse({
    class: failure.class,
    code: CODE.test(failure.code) ? failure.code.slice(0, 64) : 'build.failed',
    step: failure.phase.slice(0, LENGTH_MAX.step),
    message: failure.message.slice(0, LENGTH_MAX.text),
    ...(command === undefined ? {} : { command: command.slice(0, LENGTH_MAX.text) }),
    ...(recipeLine === undefined || recipeLine < 1 ? {} : { recipeLine }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal: signal.slice(0, LENGTH_MAX.signal) }),
    ...(excerpt === '' ? {} : { excerpt: excerpt.slice(-LENGTH_MAX.excerpt) }),
    ...(missingDependencies === undefined
      ? {}
      : { missingDependencies: missingDependencies.slice(0, MISSING_MAX) }),
    fingerprint: fingerprint.slice(0, LENGTH_MAX.fingerprint),
  });
}

/** A failure of this machine, found by the builder itself. */
export function ownFailure(facts: {
  readonly code: string;
  readonly step: string;
  readonly message: string;
}): BuildFailure {
  return {
    class: 'infrastructure',
    code: facts.code,
    step: facts.step,
    message: facts.message.slice(0, LENGTH_MAX.text),
    fingerprint: facts.code,
  };
}
