import { inboxPrefix, type ServiceRole } from '@cairn/identity';
import { NATS_CONTRACTS } from './registry.js';

/** What one role may publish and hear. Answers go through the broker's one-reply right, not through `publish`. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The broker puts the user's own name here; a builder's name is its id. */
const OWN_NAME = '{{name()}}';

/** The rights of a role, from the contracts alone: a new contract changes this and no credentials. */
export function permissionsOf(role: ServiceRole): NatsPermissions {
  const own = (subject: string) => (role === 'builder' ? subject.replace('*', OWN_NAME) : subject);
  const subjects = (end: 'from' | 'to') =>
    NATS_CONTRACTS.filter((contract) => contract[end] === role).map((contract) =>
      own(contract.subject),
    );
  return {
    publish: subjects('from').sort(),
    subscribe: [...subjects('to').sort(), `${inboxPrefix(OWN_NAME)}.>`],
  };
}
