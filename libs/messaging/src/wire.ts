import { AppError, isErrorCode, type ErrorBody } from '@cairn/contracts';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';

/** Headers of our messages; errors travel as the NATS services convention has them. */
export const MESSAGE_ID_HEADER = 'Cairn-Message-Id';
export const META_HEADER = 'Cairn-Meta';
export const TRACE_HEADER = 'traceparent';
export const ERROR_STATUS_HEADER = 'Nats-Service-Error-Code';
export const ERROR_TEXT_HEADER = 'Nats-Service-Error';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON as bytes; an absent value is an empty object. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value ?? {}));
}

/** Bytes as JSON; throws `contract.invalid-payload` when they are neither empty nor JSON in UTF-8. */
export function decodeJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new AppError('contract.invalid-payload', 'The body is not JSON.', {}, { cause });
  }
}

/** JSON of a header, for messages whose body is raw bytes. */
export function decodeMeta(messageHeaders: MsgHdrs | undefined): unknown {
  const text = messageHeaders?.get(META_HEADER) ?? '';
  if (text === '')
    throw new AppError('contract.invalid-payload', `The header ${META_HEADER} is missing.`);
  return decodeJson(encoder.encode(text));
}

/** One line, for headers end at a line break. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 500);
}

/** How an error is answered: status and sentence in headers, everything in the body. */
export function encodeError(
  status: number,
  body: ErrorBody,
): { headers: MsgHdrs; body: Uint8Array } {
  const messageHeaders = headers();
  messageHeaders.set(ERROR_STATUS_HEADER, String(status));
  messageHeaders.set(ERROR_TEXT_HEADER, oneLine(body.message));
  return { headers: messageHeaders, body: encodeJson(body) };
}

/** The error in a reply, or null when it is none. A code we do not know becomes `internal` and keeps its text. */
export function errorOf(reply: Msg): AppError | null {
  if ((reply.headers?.get(ERROR_STATUS_HEADER) ?? '') === '') return null;
  let body: Partial<ErrorBody> = {};
  try {
    body = decodeJson(reply.data) as Partial<ErrorBody>;
  } catch {
    // The headers say enough.
  }
  const code = typeof body.code === 'string' ? body.code : 'internal';
  const message = body.message ?? reply.headers?.get(ERROR_TEXT_HEADER) ?? 'The peer failed.';
  return new AppError(isErrorCode(code) ? code : 'internal', message, {
    ...body.details,
    ...(isErrorCode(code) ? {} : { code }),
    ...(body.errorId === undefined ? {} : { errorId: body.errorId }),
  });
}
