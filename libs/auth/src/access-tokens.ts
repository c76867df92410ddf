import {
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  createHash,
  type KeyObject,
  createPrivateKey,
} from 'node:crypto';
import {
  ACCESS_TOKEN_LIFETIME_S,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type AccessClaims,
} from '@cairn/identity';
import jwt from 'jsonwebtoken';

/** Signs access tokens with ES256 and publishes the key that verifies them. */
export interface TokenSigner {
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** The JWKS document (RFC 7517). */
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
  /** A token that lasts 15 minutes unless told. */
  sign(
    claims: Omit<AccessClaims, 'purpose' | 'iat' | 'exp'>,
    nowMs: number,
    lifetimeS?: number,
  ): string;
}

/** A new P-256 private key as PEM, to be stored as a secret. */
export function createTokenKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The signer over a stored private key. */
export function tokenSigner(privateKeyPem: string): TokenSigner {
  const privateKey: KeyObject = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keyId = createHash('sha256').update(publicKeyPem).digest('hex').slice(0, 16);
  return {
    keyId,
    publicKeyPem,
    jwks: {
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256', use: 'sig' }],
    },
    sign: (claims, nowMs, lifetimeS = ACCESS_TOKEN_LIFETIME_S) => {
      const iat = Math.floor(nowMs / 1_000);
      return jwt.sign({ ...claims, purpose: 'access', iat, exp: iat + lifetimeS }, privateKey, {
        algorithm: 'ES256',
        keyid: keyId,
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        jwtid: randomUUID(),
      });
    },
  };
}
