import { OperatorError } from '../operator-error.js';

const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Checks the address of summit's API: https, or http on this machine, without a password in it. */
export function parseSummitUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new OperatorError(`${JSON.stringify(text)} is not a URL: use https://host.`);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new OperatorError('The URL of summit must not hold a user or a password.');
  }
  const isLocal = url.protocol === 'http:' && LOOPBACK_HOSTS.includes(url.hostname);
  if (url.protocol !== 'https:' && !isLocal) {
    throw new OperatorError(
      `The URL of summit must begin with https:// (http:// is for this machine only): the enrolment code is a secret.`,
    );
  }
  return url;
}
