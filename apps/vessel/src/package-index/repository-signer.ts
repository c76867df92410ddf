import {
  MANIFEST_TYPE,
  ROOT_STATEMENT_TYPE,
  rootSignatureSchema,
  type RootStatement,
} from '@cairn/contracts';
import {
  openDocument,
  signDocument,
  signedDocumentSchema,
  type SignedDocument,
  type SigningKey,
} from '@cairn/auth';
import { after, DAY_MS, type Clock } from '@cairn/std';
import { createHash, createPublicKey } from 'node:crypto';

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
    const document = signedDocumentSchema.safeParse(parsed(signature));
    if (!document.success) return false;
    const keyIds = new Set(document.data.signatures.map(({ keyid }) => keyid));
    return this.keys.every(({ keyId }) => keyIds.has(keyId));
  }

  manifestSignature(manifest: Uint8Array): Uint8Array {
    return textOf(signDocument(this.keys, MANIFEST_TYPE, manifest));
  }

  /** The signature of a root index, with the last statement of the signature that lies there now. */
  rootSignature(
    root: { readonly channel: string; readonly serial: number; readonly bytes: Uint8Array },
    present: Uint8Array | undefined,
  ): Uint8Array {
    const issuedAt = this.clock.now();
    const statement: RootStatement = {
      format: 1,
      channel: root.channel,
      serial: root.serial,
      issuedAt,
      expiresAt: after(issuedAt, this.validDays * DAY_MS),
      root: {
        sizeBytes: root.bytes.byteLength,
        sha256: createHash('sha256').update(root.bytes).digest('hex'),
      },
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const document = signDocument(this.keys, ROOT_STATEMENT_TYPE, payload);
    const before = present === undefined ? [] : this.ownStatements(present).slice(0, 1);
    return textOf({ statements: [document, ...before] });
  }

  /** Statements of an earlier signature that bear one of our signatures, the last first. */
  private ownStatements(signature: Uint8Array): readonly SignedDocument[] {
    const found = rootSignatureSchema.safeParse(parsed(signature));
    if (!found.success) return [];
    return found.data.statements.flatMap((statement) => {
      const document = signedDocumentSchema.safeParse(statement);
      if (!document.success) return [];
      const { ok } = openDocument(document.data, ROOT_STATEMENT_TYPE, this.publicKeys());
      return ok ? [document.data] : [];
    });
  }

  private publicKeys(): readonly SigningKey[] {
    return this.keys.map(({ keyId, key }) => ({ keyId, key: createPublicKey(key) }));
  }
}

function textOf(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
