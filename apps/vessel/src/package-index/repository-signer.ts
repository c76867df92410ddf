import { openRootSignature, readSignedDocument, signDocument, type SigningKey } from '@cairn/auth';
import {
  MANIFEST_TYPE,
  ROOT_STATEMENT_TYPE,
  ROOT_STATEMENTS_MAX,
  type RootStatement,
} from '@cairn/contracts';
import { after, DAY_MS, type Clock } from '@cairn/std';
import { sha256OfBytes } from '@cairn/stone-files';
import { createPublicKey } from 'node:crypto';

/** Signs what clients follow; without keys there are no signatures. */
export class RepositorySigner {
  constructor(
    private readonly keys: readonly SigningKey[],
    /** How long a root index may be believed. */
    private readonly validDays: number,
    private readonly clock: Clock,
  ) {}

  get isOn(): boolean {
    return this.keys.length > 0;
  }

  /** Whether every present key has signed a document. */
  hasSigned(signature: Uint8Array | undefined): boolean {
    if (signature === undefined) return false;
    const signatures = readSignedDocument(signature)?.signatures ?? [];
    const keyIds = new Set(signatures.map(({ keyid }) => keyid));
    return this.keys.every(({ keyId }) => keyIds.has(keyId));
  }

  manifestSignature(manifest: Uint8Array): Uint8Array {
    return textOf(signDocument(this.keys, MANIFEST_TYPE, manifest));
  }

  /** The signature of a root index, with the statements on others that the signature which lies there now has. */
  rootSignature(
    root: { readonly channel: string; readonly serial: number; readonly bytes: Uint8Array },
    present: Uint8Array | undefined,
  ): Uint8Array {
    const issuedAt = this.clock.now();
    const sha256 = sha256OfBytes(root.bytes);
    const statement: RootStatement = {
      format: 1,
      channel: root.channel,
      serial: root.serial,
      issuedAt,
      expiresAt: after(issuedAt, this.validDays * DAY_MS),
      root: { sizeBytes: root.bytes.byteLength, sha256 },
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const document = signDocument(this.keys, ROOT_STATEMENT_TYPE, payload);
    const before = openRootSignature(present ?? Buffer.of(), this.publicKeys())
      .filter(
        ({ statement: { root, expiresAt } }) => root.sha256 !== sha256 && expiresAt > issuedAt,
      )
      .map((earlier) => earlier.document);
    return textOf({ statements: [document, ...before].slice(0, ROOT_STATEMENTS_MAX) });
  }

  /** The highest number under which a root index was signed with our keys; 0 when there was none. */
  highestSerial(signature: Uint8Array): number {
    const opened = openRootSignature(signature, this.publicKeys());
    return Math.max(0, ...opened.map(({ statement }) => statement.serial));
  }

  private publicKeys(): readonly SigningKey[] {
    return this.keys.map(({ keyId, key }) => ({ keyId, key: createPublicKey(key) }));
  }
}

function textOf(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
