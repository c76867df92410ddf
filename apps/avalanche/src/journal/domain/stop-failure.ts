import { type BuildFailure } from '@cairn/contracts';
import { type StopReason } from './attempt.js';

/** What summit is told of a build that was stopped on purpose. */
export function failureOfStop(reason: StopReason): BuildFailure {
  switch (reason) {
    case 'cancelled':
      return {
        class: 'cancelled',
        code: 'build.cancelled',
        step: 'stop',
        message: 'The build was cancelled.',
        fingerprint: 'build.cancelled',
      };
    case 'shutdown':
      return {
        class: 'infrastructure',
        code: 'builder.shutdown',
        step: 'stop',
        message: 'The builder was shut down while it was building.',
        fingerprint: 'builder.shutdown',
      };
  }
}

/** What summit is told of a build whose avalanche ended without a word. */
export function failureOfRestart(): BuildFailure {
  return {
    class: 'infrastructure',
    code: 'builder.restarted',
    step: 'restart',
    message: 'The builder was started anew while it was building.',
    fingerprint: 'builder.restarted',
  };
}
