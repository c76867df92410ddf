import type { Brand } from '@cairn/std';

/** A builder's name: one NATS subject token, so it can stand inside the subjects that only this builder may use. */
export type BuilderId = Brand<string, 'BuilderId'>;

export const BUILDER_ID_LENGTH_MAX = 63;
const BUILDER_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const RESERVED: readonly string[] = ['summit', 'vessel', 'builder'];

/** A text is a builder id when it is 1 to 63 lower-case letters, digits or hyphens and not the name of a service. */
export function isBuilderId(text: string): text is BuilderId {
  return BUILDER_ID.test(text) && !RESERVED.includes(text);
}

/** The prefix of every subject on which this party receives replies. The id is a token of its own because the broker fills in only whole tokens. */
export function inboxPrefix(senderId: string): string {
  return `_INBOX.${senderId}`;
}

/** Whether a reply subject belongs to this sender; a request with any other is not answered. */
export function isReplySubjectOf(senderId: string, replySubject: string): boolean {
  const prefix = `${inboxPrefix(senderId)}.`;
  return (
    replySubject.startsWith(prefix) &&
    replySubject.length > prefix.length &&
    !/[\s*>]/.test(replySubject)
  );
}
