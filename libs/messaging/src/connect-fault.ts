/** Why a certificate or an address was not accepted, by the code that Node or OpenSSL gives. */
const REASONS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority(),
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority(),
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority(),
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority(),
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it',
  CERT_NOT_YET_VALID: "its certificate is not valid yet; compare the machines' clocks",
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection at once',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EPROTO: 'it does not speak TLS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
  ETIMEDOUT: 'it does not answer',
};

function unknownAuthority(): string {
  return 'its certificate is signed by an authority that this machine does not know. If it is your own, set NODE_EXTRA_CA_CERTS to the file with the certificate of the authority before the start';
}

/** One sentence for the log: which broker could not be reached, and why. */
export function describeConnectFault(error: unknown, url: URL): string {
  return `The broker ${url.protocol}//${url.host} cannot be reached: ${reasonOf(error, url)}.`;
}

function reasonOf(error: unknown, url: URL): string {
  const code = codeOf(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for other names than ${url.hostname} (${namesOf(error)})`;
  const known = code === undefined ? undefined : REASONS[code];
  if (known !== undefined) return known;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'AuthorizationError')
    return 'it does not let these credentials in; they were revoked, or it does not know them yet';
  if (message.includes("does not support 'tls'"))
    return 'it offers no TLS, which the address asks for';
  return message === '' ? 'no reason was given' : message.replace(/\.$/, '');
}

/** The code of an error, or of the error that it was made from. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}

function namesOf(error: unknown): string {
  const names = /altnames: (DNS:.*|IP.*)$/.exec(error instanceof Error ? error.message : '')?.[1];
  return names ?? 'it names none that fits';
}
