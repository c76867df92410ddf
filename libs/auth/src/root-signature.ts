import {
  ROOT_STATEMENT_TYPE,
  rootSignatureSchema,
  rootStatementSchema,
  type RootStatement,
} from '@cairn/contracts';
import { jsonOf } from '@cairn/std';
import {
  openDocument,
  signedDocumentSchema,
  type SignedDocument,
  type SigningKey,
} from './signed-document.js';

/** What a trusted key says of a root index, and the document in which it says so. */
export interface SignedStatement {
  readonly document: SignedDocument;
  readonly statement: RootStatement;
}

/** The good statements of a `moss-root-index.json.sig` in their order; whatever else the bytes hold is passed over. */
export function openRootSignature(
  signature: Uint8Array,
  trusted: readonly SigningKey[],
): readonly SignedStatement[] {
  const statements = rootSignatureSchema.safeParse(jsonOf(signature)).data?.statements ?? [];
  return statements.flatMap((each) => {
    const document = signedDocumentSchema.safeParse(each);
    if (!document.success) return [];
    const opened = openDocument(document.data, ROOT_STATEMENT_TYPE, trusted);
    if (!opened.ok) return [];
    const statement = rootStatementSchema.safeParse(jsonOf(opened.value));
    return statement.success ? [{ document: document.data, statement: statement.data }] : [];
  });
}
