import { SERVICE_ROLES, type ServiceRole } from '@cairn/identity';
import { createAccount, createOperator, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { z } from 'zod';

const seed = (prefix: string) => z.string().regex(new RegExp(`^S${prefix}[A-Z2-7]{50,60}$`));

/** The seeds that everything on the broker is signed with. Whoever holds this file can be anyone: keep it as a secret. */
const trustFileSchema = z.strictObject({
  operator: seed('O'),
  system: seed('A'),
  account: seed('A'),
  roles: z.strictObject({ summit: seed('A'), vessel: seed('A'), builder: seed('A') }),
});
export type NatsTrustFile = z.infer<typeof trustFileSchema>;

/** The broker's chain of trust: an operator, its system account, our account, and one signing key per role. */
export interface NatsTrust {
  readonly operator: KeyPair;
  readonly system: KeyPair;
  readonly account: KeyPair;
  readonly roles: Readonly<Record<ServiceRole, KeyPair>>;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (seedText: string) => new TextEncoder().encode(seedText);

/** Makes a new chain of trust, in the form in which it is stored. */
export function createTrustFile(): NatsTrustFile {
  const account = () => text(createAccount().getSeed());
  return {
    operator: text(createOperator().getSeed()),
    system: account(),
    account: account(),
    roles: { summit: account(), vessel: account(), builder: account() },
  };
}

/** Reads a stored chain of trust; throws a readable error when it is damaged, never showing a seed. */
export function parseTrust(json: string): NatsTrust {
  let parsed: NatsTrustFile;
  try {
    parsed = trustFileSchema.parse(JSON.parse(json));
  } catch {
    throw new Error(
      'The trust file is damaged: restore it from a backup, or remove it to enrol everything anew.',
    );
  }
  const key = (seedText: string) => fromSeed(bytes(seedText));
  const roles = Object.fromEntries(SERVICE_ROLES.map((role) => [role, key(parsed.roles[role])]));
  return {
    operator: key(parsed.operator),
    system: key(parsed.system),
    account: key(parsed.account),
    roles: roles as Record<ServiceRole, KeyPair>,
  };
}
