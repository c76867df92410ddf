import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { openDocument, readSigningKeys, readTrustedKeys, signDocument } from './signed-document.js';

function pair(): { readonly secret: string; readonly trusted: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    trusted: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const TYPE = 'application/vnd.test';
const payload = Buffer.from('{"a":1}');

it('opens what a trusted key signed, also while keys are rotated', () => {
  const [old, fresh, foreign] = [pair(), pair(), pair()];
  const document = signDocument(readSigningKeys(old.secret + fresh.secret), TYPE, payload);
  for (const { trusted } of [old, fresh]) {
    const opened = openDocument(document, TYPE, readTrustedKeys(trusted));
    expect(opened.ok && Buffer.from(opened.value).equals(payload)).toBe(true);
  }
  expect(openDocument(document, TYPE, readTrustedKeys(foreign.trusted)).ok).toBe(false);
});

it('refuses other bytes, another type and keys of another kind', () => {
  const { secret, trusted } = pair();
  const document = signDocument(readSigningKeys(secret), TYPE, payload);
  const keys = readTrustedKeys(trusted);
  const changed = { ...document, payload: Buffer.from('{"a":2}').toString('base64') };
  expect(openDocument(changed, TYPE, keys).ok).toBe(false);
  expect(openDocument({ ...document, payloadType: 'x' }, 'x', keys).ok).toBe(false);
  expect(openDocument(document, 'x', keys).ok).toBe(false);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const pem = rsa.export({ type: 'spki', format: 'pem' }).toString();
  expect(() => readTrustedKeys(pem)).toThrow('Ed25519');
  expect(() => readTrustedKeys('nothing')).toThrow('PEM');
});
