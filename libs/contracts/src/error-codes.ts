/** What an error means to the caller: fixes the HTTP status, the NATS status, the retry rule and the log level. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'busy'
  | 'unavailable'
  | 'defect';

export const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  busy: 429,
  unavailable: 503,
  defect: 500,
};

/** Whether doing the same again later can help. */
export const IS_RETRYABLE: Readonly<Record<ErrorKind, boolean>> = {
  invalid: false,
  unauthenticated: false,
  forbidden: false,
  'not-found': false,
  conflict: false,
  busy: true,
  unavailable: true,
  defect: true,
};

/** Every code that an API caller can meet, with its kind. A released code keeps its meaning for ever. */
export const KIND_OF = {
  'account.name-taken': 'conflict',
  'account.not-found': 'not-found',
  'artefact.not-found': 'not-found',
  'artefact.range-invalid': 'invalid',
  'artefacts.description-too-large': 'conflict',
  'artefacts.hash-mismatch': 'conflict',
  'artefacts.lost': 'unavailable',
  'artefacts.metadata-mismatch': 'conflict',
  'artefacts.missing-package': 'conflict',
  'artefacts.refused': 'conflict',
  'artefacts.size-mismatch': 'conflict',
  'artefacts.too-large': 'conflict',
  'attempt.fence-stale': 'conflict',
  'attempt.not-found': 'not-found',
  'builder.busy': 'busy',
  'builder.disk-full': 'busy',
  'builder.draining': 'busy',
  'builder.feature-missing': 'conflict',
  'builder.name-taken': 'conflict',
  'builder.not-found': 'not-found',
  'builder.removed': 'forbidden',
  'builder.version-unsupported': 'conflict',
  'channel.architecture-missing': 'conflict',
  'channel.full': 'conflict',
  'channel.moved': 'conflict',
  'channel.not-found': 'not-found',
  'change-set.empty': 'conflict',
  'change-set.not-found': 'not-found',
  'contract.invalid-payload': 'invalid',
  'contract.invalid-reply': 'defect',
  'contract.reply-subject-refused': 'forbidden',
  'contract.too-large': 'invalid',
  'credentials.invalid': 'unauthenticated',
  'csrf.missing': 'forbidden',
  'database.unavailable': 'unavailable',
  'enrolment.invalid': 'forbidden',
  'gate.blocked': 'conflict',
  'import.build-release-older': 'conflict',
  'import.release-older': 'conflict',
  'limit.rate': 'busy',
  'limit.too-many-streams': 'busy',
  'log.offset-mismatch': 'conflict',
  'log.too-large': 'conflict',
  'package.not-found': 'not-found',
  'package.pinned': 'conflict',
  'package.yanked': 'conflict',
  'peer.timeout': 'unavailable',
  'peer.unreachable': 'unavailable',
  'permission.missing': 'forbidden',
  'plan.busy': 'busy',
  'plan.seed-missing': 'conflict',
  'plan.too-large': 'invalid',
  'plan.unknown-source': 'invalid',
  'pool.path-taken': 'conflict',
  'pool.unavailable': 'unavailable',
  'profile.not-found': 'not-found',
  'project.invalid': 'invalid',
  'project.not-found': 'not-found',
  'rebuild.illegal-state': 'conflict',
  'rebuild.not-found': 'not-found',
  'rebuild.running': 'conflict',
  'repository.not-found': 'not-found',
  'route.not-found': 'not-found',
  'search.too-costly': 'unavailable',
  'search.too-short': 'invalid',
  'session.expired': 'unauthenticated',
  'stone.invalid': 'invalid',
  'stream.unmoved': 'conflict',
  'tag.exists': 'conflict',
  'tag.not-found': 'not-found',
  'task.illegal-transition': 'conflict',
  'task.not-found': 'not-found',
  'token.expired': 'unauthenticated',
  'token.invalid': 'unauthenticated',
  'token.missing': 'unauthenticated',
  'version.not-found': 'not-found',
  'webhook.signature-invalid': 'unauthenticated',
  'webhook.unsupported': 'invalid',
  internal: 'defect',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof KIND_OF;

/** Whether a text received from a peer is one of our codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(KIND_OF, text);
}
