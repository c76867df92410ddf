import { createHash } from 'node:crypto';
import { type BuildFailure, type FailureClass, type FailureCode } from './build-outcome.js';

const FINGERPRINT_DIGITS = 16;
const MESSAGE_LENGTH_MAX = 1_000;

/** What is known about a failure before it gets its class and its fingerprint. */
export interface FailureFacts {
  readonly code: FailureCode;
  readonly phase: string;
  readonly message: string;
  readonly command?: string | undefined;
  readonly recipeLine?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly excerpt?: string | undefined;
  readonly missingDependencies?: readonly string[] | undefined;
  /** The line that names the error, for the fingerprint. */
  readonly errorLine?: string | undefined;
}

/** Completes the facts of a failure. */
export function failure(facts: FailureFacts): BuildFailure {
  return {
    outcome: 'failure',
    class: CLASS_OF[facts.code],
    code: facts.code,
    phase: facts.phase,
    message: facts.message.slice(0, MESSAGE_LENGTH_MAX),
    excerpt: excerptOf(facts),
    fingerprint: fingerprintOf(facts),
    ...(facts.missingDependencies === undefined
      ? {}
      : { missingDependencies: facts.missingDependencies }),
    ...(facts.command === undefined ? {} : { command: facts.command }),
    ...(facts.recipeLine === undefined ? {} : { recipeLine: facts.recipeLine }),
    ...(facts.exitCode === undefined ? {} : { exitCode: facts.exitCode }),
    ...(facts.signal === undefined ? {} : { signal: facts.signal }),
  };
}

const CLASS_OF: Readonly<Record<FailureCode, FailureClass>> = {
  'recipe.unreadable': 'recipe',
  'recipe.invalid': 'recipe',
  'build.cancelled': 'cancelled',
  'build.breakpoint': 'recipe',
  'build.missing-build-dependency': 'recipe',
  'build.dependency-unavailable': 'infrastructure',
  'build.networking-denied': 'recipe',
  'build.network-unavailable': 'infrastructure',
  'build.phase-failed': 'recipe',
  'build.time-limit': 'recipe',
  'build.silence-limit': 'recipe',
  'build.log-limit': 'recipe',
  'build.disk-limit': 'infrastructure',
  'build.out-of-memory': 'infrastructure',
  'build.needs-id-range': 'infrastructure',
  'build.nothing-installed': 'recipe',
  'build.unsafe-install-tree': 'recipe',
  'build.collect-failed': 'infrastructure',
  'build.work-dir': 'infrastructure',
  'sandbox.unavailable': 'infrastructure',
  'sandbox.failed': 'infrastructure',
  'boulder.failed': 'infrastructure',
  'boulder.unavailable': 'infrastructure',
  'upstream.unreachable': 'upstream',
  'upstream.hash-mismatch': 'upstream',
  'upstream.refused': 'recipe',
  'upstream.too-large': 'upstream',
  'upstream.bad-archive': 'upstream',
  'upstream.unpinned': 'recipe',
};

/** Where the log has nothing to show, the message says it all. */
function excerptOf({ excerpt = '', message }: FailureFacts): string {
  return excerpt === '' ? message : excerpt;
}

function fingerprintOf(facts: FailureFacts): string {
  const line = normalise(facts.errorLine ?? facts.command ?? facts.message);
  return createHash('sha256')
    .update([facts.code, facts.phase, line].join('\0'))
    .digest('hex')
    .slice(0, FINGERPRINT_DIGITS);
}

/** Drops what differs between two runs of the same failure: addresses, numbers, temporary names, quotes. */
function normalise(line: string): string {
  return line
    .replace(/0x[0-9a-f]+/gi, 'N')
    .replace(/\b[0-9a-f]{8,}\b/gi, 'N')
    .replace(/\/tmp\/[^\s:'"]+/g, 'T')
    .replace(/[0-9]+/g, 'N')
    .replace(/['"`‘’“”]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
