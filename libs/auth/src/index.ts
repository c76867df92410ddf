export { accessTokenStrategy, cookieOf, SESSION_COOKIE } from './access-token.strategy.js';
export { createTokenKey, tokenSigner, type TokenSigner } from './access-tokens.js';
export { readCredentials } from './credentials-file.js';
export {
  accountJwt,
  createCredentials,
  createSystemCredentials,
  issueUserJwt,
  natsServerConfig,
  type NatsCredentials,
  type NatsServerOptions,
  type Revocation,
} from './nats-account.js';
export { createTrustFile, parseTrust, type NatsTrust, type NatsTrustFile } from './nats-trust.js';
export { openRootSignature, type SignedStatement } from './root-signature.js';
export {
  openDocument,
  readSignedDocument,
  readSigningKeys,
  readTrustedKeys,
  signDocument,
  signedDocumentSchema,
  type SignedDocument,
  type SigningKey,
} from './signed-document.js';
