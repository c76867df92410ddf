import { lookup } from 'node:dns/promises';
import { parseGitUrl, type GitUrl, type JudgedAddress } from '@cairn/exec';
import { err, ok, type Result } from '@cairn/std';
import { isInternalAddress } from './address-policy.js';
import { finalAddress } from './judged-request.js';
import { type UpstreamError } from './upstream-error.js';

const SERVICE = '/info/refs?service=git-upload-pack';
const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const JUDGE_TIMEOUT_MS = 60_000;

/** An address that git may be given, and where its host was found when it was judged. */
export interface GitTarget {
  readonly url: GitUrl;
  /** Undefined for ssh, and where every target is allowed. */
  readonly judged?: JudgedAddress;
}

/**
 * Checks where a git address leads. Redirects are followed here, each one judged, so that git itself need not follow any;
 * git then connects to the very address that was judged.
 */
export async function judgeGitAddress(
  text: string,
  policy: { readonly allowPrivateTargets: boolean; readonly signal: AbortSignal },
): Promise<Result<GitTarget, UpstreamError>> {
  const parsed = parseGitUrl(text, { allowLocal: policy.allowPrivateTargets });
  if (!parsed.ok) return refused(parsed.error.message);
  const plain = parsed.value.replace(/^git\+/, '');
  if (policy.allowPrivateTargets) return ok({ url: parsed.value });
  if (!plain.startsWith('https:')) {
    return (await publicAddress(plain)) === 'internal' ? internal(text) : ok({ url: parsed.value });
  }
  const found = await finalAddress(`${plain.replace(/\/+$/, '')}${SERVICE}`, {
    allowPrivateTargets: false,
    timeoutMs: JUDGE_TIMEOUT_MS,
    signal: policy.signal,
  });
  if (!found.ok) return err(addressFailure(text, found.error));
  const final = found.value.endsWith(SERVICE)
    ? parseGitUrl(found.value.slice(0, -SERVICE.length), { allowLocal: false })
    : parsed;
  if (!final.ok) return refused(`${text} leads elsewhere: ${final.error.message}`);
  const ipAddress = await publicAddress(final.value);
  if (ipAddress === 'internal') return internal(text);
  if (ipAddress === 'unknown') return ok({ url: final.value });
  const { hostname, port, protocol } = new URL(final.value);
  const usual = protocol === 'http:' ? HTTP_PORT : HTTPS_PORT;
  const judged = { host: hostname, port: port === '' ? usual : Number(port), ipAddress };
  return ok({ url: final.value, judged });
}

async function publicAddress(url: string): Promise<string> {
  try {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    const addresses = await lookup(host, { all: true });
    if (addresses.some(({ address }) => isInternalAddress(address))) return 'internal';
    return addresses[0]?.address ?? 'unknown';
  } catch {
    // A name that does not resolve leads nowhere; git says so in better words.
    return 'unknown';
  }
}

function addressFailure(
  url: string,
  error: { readonly code: string; readonly message: string },
): UpstreamError {
  const message = `${url}: ${error.message}`;
  if (error.code === 'download.cancelled') return { code: 'build.cancelled', message };
  if (error.code === 'download.refused') return { code: 'upstream.refused', message };
  return { code: 'upstream.unreachable', message };
}

function internal(url: string): Result<never, UpstreamError> {
  return refused(`${url} leads to a private, loopback or link-local target.`);
}

function refused(message: string): Result<never, UpstreamError> {
  return err({ code: 'upstream.refused', message });
}
