import { MESSAGE_SIZE_BYTES_MAX, permissionsOf } from '@cairn/contracts';
import { SERVICE_ROLES, type ServiceRole } from '@cairn/identity';
import {
  Algorithms,
  encodeAccount,
  encodeOperator,
  encodeUser,
  newScopedSigner,
} from '@nats-io/jwt';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { type NatsTrust } from './nats-trust.js';

const v2 = { algorithm: Algorithms.v2 };

/** The broker reads an absent limit as 0, so "no limit" must be said. */
const UNLIMITED_ACCOUNT = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};
const UNLIMITED_USER = { subs: -1, data: -1, payload: -1 };

/** Room for the headers of a message beside its body. */
const HEADER_SIZE_BYTES_MAX = 65_536;

/** How long a receiver may take to answer before its right to do so lapses. */
const REPLY_RIGHT_MS = 60_000;

/** A credential that must not be let in any more, and since when (Unix seconds). */
export interface Revocation {
  readonly publicKey: string;
  readonly since: number;
}

/** What a client needs to connect: a user JWT and the seed that proves it. */
export interface NatsCredentials {
  readonly jwt: string;
  readonly seed: string;
}

function template(role: ServiceRole) {
  const { publish, subscribe } = permissionsOf(role);
  return {
    pub: { allow: [...publish], deny: [] },
    sub: { allow: [...subscribe], deny: [] },
    resp: { max: 1, ttl: REPLY_RIGHT_MS * 1_000_000 },
    ...UNLIMITED_USER,
  };
}

/** Our account's JWT: each role's rights as a template of its signing key, and who is revoked. */
export async function accountJwt(
  trust: NatsTrust,
  revocations: readonly Revocation[],
): Promise<string> {
  return encodeAccount(
    'cairn',
    trust.account,
    {
      signing_keys: SERVICE_ROLES.map((role) =>
        newScopedSigner(trust.roles[role], role, template(role)),
      ),
      limits: UNLIMITED_ACCOUNT,
      revocations: Object.fromEntries(
        revocations.map(({ publicKey, since }) => [publicKey, since]),
      ),
    },
    { ...v2, signer: trust.operator },
  );
}

/** What a broker is told beside our trust. */
export interface NatsServerOptions {
  readonly revocations: readonly Revocation[];
  /** Host and port; left out when the starter of the server says it elsewhere. */
  readonly listen?: string;
  /** Further configuration, for example a `tls` or `websocket` block. */
  readonly extra?: string;
}

/**
 * A complete `nats-server` configuration in operator mode, as a function of the folder that the broker may lose.
 * Made anew before each start, so that a revoked credential is out before the first connection.
 */
export async function natsServerConfig(
  trust: NatsTrust,
  options: NatsServerOptions,
): Promise<(resolverDirectory: string) => string> {
  const system = trust.system.getPublicKey();
  const operatorJwt = await encodeOperator('cairn', trust.operator, { system_account: system }, v2);
  const systemJwt = await encodeAccount(
    'SYS',
    trust.system,
    { limits: UNLIMITED_ACCOUNT },
    { ...v2, signer: trust.operator },
  );
  const ownJwt = await accountJwt(trust, options.revocations);
  return (resolverDirectory) =>
    [
      ...(options.listen === undefined ? [] : [`listen: ${JSON.stringify(options.listen)}`]),
      `max_payload: ${MESSAGE_SIZE_BYTES_MAX + HEADER_SIZE_BYTES_MAX}`,
      `operator: ${operatorJwt}`,
      `system_account: ${system}`,
      `resolver: { type: full, dir: ${JSON.stringify(resolverDirectory)}, allow_delete: false, interval: "2m" }`,
      `resolver_preload: {`,
      `  ${system}: ${systemJwt}`,
      `  ${trust.account.getPublicKey()}: ${ownJwt}`,
      `}`,
      options.extra ?? '',
    ].join('\n');
}

/** Signs a user of a role. Its rights are not in it: the broker takes them from the role's template. */
export async function issueUserJwt(options: {
  readonly trust: NatsTrust;
  readonly role: ServiceRole;
  /** The builder's id, or the role itself for a service. */
  readonly name: string;
  readonly user: KeyPair;
}): Promise<string> {
  const { trust, role, name, user } = options;
  return encodeUser(
    name,
    user,
    trust.roles[role],
    { issuer_account: trust.account.getPublicKey() },
    { ...v2, scopedUser: true },
  );
}

/** A new user of a role, key included. */
export async function createCredentials(
  trust: NatsTrust,
  role: ServiceRole,
  name: string,
): Promise<NatsCredentials> {
  const user = createUser();
  return {
    jwt: await issueUserJwt({ trust, role, name, user }),
    seed: new TextDecoder().decode(user.getSeed()),
  };
}

/** A user of the system account, for telling a running broker of a changed account. */
export async function createSystemCredentials(trust: NatsTrust): Promise<NatsCredentials> {
  const user = createUser();
  const jwt = await encodeUser('summit-system', user, trust.system, UNLIMITED_USER, v2);
  return { jwt, seed: new TextDecoder().decode(user.getSeed()) };
}
