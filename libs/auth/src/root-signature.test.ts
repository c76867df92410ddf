import { ROOT_STATEMENT_TYPE, type RootStatement } from '@cairn/contracts';
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { openRootSignature } from './root-signature.js';
import { readSigningKeys, signDocument } from './signed-document.js';

function signer() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return readSigningKeys(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

function statement(serial: number): RootStatement {
  const root = { sizeBytes: 1, sha256: String(serial).repeat(64) };
  return { format: 1, channel: 'main', serial, issuedAt: 0, expiresAt: 1, root };
}

it('gives the statements of trusted keys and passes over everything else', () => {
  const [ours, foreign] = [signer(), signer()];
  const signed = (payload: unknown, keys = ours, type: string = ROOT_STATEMENT_TYPE) =>
    signDocument(keys, type, Buffer.from(JSON.stringify(payload)));
  const statements = [
    signed(statement(3)),
    signed(statement(4), foreign),
    signed({ ...statement(5), format: 2 }),
    signed(statement(6), ours, 'application/vnd.test'),
    { payload: 1 },
    signed(statement(2)),
  ];
  const opened = openRootSignature(Buffer.from(JSON.stringify({ statements })), ours);
  expect(opened.map((each) => each.statement.serial)).toEqual([3, 2]);
  for (const text of ['', 'x', '{}', '{"statements":[]}']) {
    expect(openRootSignature(Buffer.from(text), ours)).toEqual([]);
  }
});
