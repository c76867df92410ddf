import { err, jsonOf, ok, type Result } from '@cairn/std';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';

/** Keys that one file may hold. */
const KEYS_MAX = 16;
const SIGNATURES_MAX = 16;
const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g;

/** An Ed25519 key with the name by which signatures refer to it. */
export interface SigningKey {
  /** The first 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;
  readonly key: KeyObject;
}

/** A document and signatures over it, in the form of a DSSE envelope. */
export const signedDocumentSchema = z.object({
  payloadType: z.string().max(128),
  /** Base64. */
  payload: z.base64(),
  signatures: z
    .array(z.object({ keyid: z.string().max(64), sig: z.base64() }))
    .min(1)
    .max(SIGNATURES_MAX),
});
export type SignedDocument = z.infer<typeof signedDocumentSchema>;

/** Reads private keys from PEM text; several blocks sign side by side while keys are rotated. Throws on anything else. */
export function readSigningKeys(pem: string): readonly SigningKey[] {
  return readKeys(pem, createPrivateKey);
}

/** Reads the public keys that are trusted from PEM text. */
export function readTrustedKeys(pem: string): readonly SigningKey[] {
  return readKeys(pem, createPublicKey);
}

function readKeys(pem: string, parse: (block: string) => KeyObject): readonly SigningKey[] {
  const blocks = pem.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length > KEYS_MAX) {
    throw new Error(`The file must hold 1 to ${KEYS_MAX} keys as PEM, and holds ${blocks.length}.`);
  }
  return blocks.map((block) => {
    const key = parse(block);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('The keys must be Ed25519 keys.');
    return { keyId: keyIdOf(key), key };
  });
}

/** The signed document in some bytes; undefined when they hold anything else. */
export function readSignedDocument(bytes: Uint8Array): SignedDocument | undefined {
  return signedDocumentSchema.safeParse(jsonOf(bytes)).data;
}

/** Signs with every key. */
export function signDocument(
  keys: readonly SigningKey[],
  payloadType: string,
  payload: Uint8Array,
): SignedDocument {
  const bytes = signedBytes(payloadType, payload);
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: keys.map(({ keyId, key }) => ({
      keyid: keyId,
      sig: sign(null, bytes, key).toString('base64'),
    })),
  };
}

/** The bytes of a document that at least one trusted key has signed. The error says what is wrong. */
export function openDocument(
  document: SignedDocument,
  payloadType: string,
  trusted: readonly SigningKey[],
): Result<Uint8Array, string> {
  if (document.payloadType !== payloadType) {
    return err(`a document of type ${document.payloadType} instead of ${payloadType}`);
  }
  const payload = Buffer.from(document.payload, 'base64');
  const bytes = signedBytes(payloadType, payload);
  const isSigned = document.signatures.some(({ keyid, sig }) =>
    trusted.some(
      ({ keyId, key }) => keyId === keyid && verify(null, bytes, key, Buffer.from(sig, 'base64')),
    ),
  );
  return isSigned ? ok(payload) : err('no good signature of a trusted key');
}

/** What is signed, by the DSSE specification: type and lengths are part of it. */
function signedBytes(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  const head = `DSSEv1 ${type.byteLength} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
