import { enrolBuilder, isErrorCode, urlOf, type ErrorCode } from '@cairn/contracts';
import { isBuilderId } from '@cairn/identity';
import { checkNatsUrl } from '@cairn/messaging';
import { createUser, fromSeed } from '@nats-io/nkeys';
import { z } from 'zod';
import { OperatorError } from '../operator-error.js';
import { type BuilderCredentials, type CredentialsStore } from './credentials.store.js';
import { parseSummitUrl } from './summit-url.js';

const ANSWER_TIMEOUT_MS = 20_000;
const ANSWER_LENGTH_MAX = 65_536;
const errorBodySchema = z.object({ code: z.string(), message: z.string() });

/** Makes this machine a builder of a summit: one key, one code, once. */
export class EnrolmentService {
  readonly #store: CredentialsStore;

  constructor(store: CredentialsStore) {
    this.#store = store;
  }

  /**
   * Enrols with a code from summit and stores the credentials. A builder that is enrolled stays what it is; after a
   * failure the same command may be given again. Throws an `OperatorError` that says what to do.
   */
  async enrol(order: { readonly summitUrl: string; readonly code: string }): Promise<{
    readonly credentials: BuilderCredentials;
    readonly isNew: boolean;
  }> {
    const known = await this.#store.find();
    if (known !== null) return { credentials: known, isNew: false };
    const summitUrl = parseSummitUrl(order.summitUrl);
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const seed = await this.#store.pendingSeed(() => decoder.decode(createUser().getSeed()));
    const publicKey = fromSeed(encoder.encode(seed)).getPublicKey();
    const body = { enrolmentCode: order.code.trim(), publicKey };
    const reply = await ask(new URL(urlOf(enrolBuilder), summitUrl), body);
    const credentials = credentialsOf(reply, seed);
    await this.#store.save(credentials);
    return { credentials, isNew: true };
  }
}

function credentialsOf(reply: unknown, seed: string): BuilderCredentials {
  const parsed = enrolBuilder.reply.safeParse(reply);
  if (!parsed.success || !isBuilderId(parsed.data.builderId)) {
    throw new OperatorError(
      'The answer is not that of a summit we understand. Check the URL and the versions.',
    );
  }
  const { builderId, jwt, natsUrl } = parsed.data;
  try {
    checkNatsUrl(natsUrl);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError(
      `${why} Its operator must publish an encrypted address of the broker.`,
      {
        cause,
      },
    );
  }
  return { builderId, jwt, natsUrl, seed };
}

async function ask(url: URL, body: unknown): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: enrolBuilder.method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      // A redirect would hand the code to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    text = await readLimited(response);
  } catch (cause) {
    throw new OperatorError(
      `Summit cannot be reached at ${url.origin}. Check the URL and this machine's network, then run the same command again.`,
      { cause },
    );
  }
  const answer = parseJson(text);
  if (response.ok) return answer;
  const error = errorBodySchema.safeParse(answer);
  if (!error.success) {
    throw new OperatorError(
      `${url.origin} answered with status ${response.status} and no word that we know. Is it the URL of a summit?`,
    );
  }
  throw new OperatorError(`${error.data.message} ${adviceOn(error.data.code)}`);
}

function adviceOn(code: string): string {
  const known: ErrorCode = isErrorCode(code) ? code : 'internal';
  if (known === 'enrolment.invalid') {
    return 'Enrolment codes work once and for a short time: ask an admin for a new one (cairn builder invite NAME).';
  }
  if (known === 'limit.rate') return 'Wait a minute, then run the same command again.';
  return `Run the same command again; if that does not help, show summit's operators this code: ${code}.`;
}

async function readLimited(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > ANSWER_LENGTH_MAX) throw new Error('The answer is too long.');
  }
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
