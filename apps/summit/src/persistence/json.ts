import { type Prisma } from './generated/client.js';

/** Text as Postgres can store it: without NUL and halves of surrogate pairs, which come from outside only. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** A value as Prisma takes it for a JSON column; the type says nothing more than that. */
export function toJson(value: unknown): Prisma.InputJsonValue {
  return storable(JSON.parse(JSON.stringify(value))) as Prisma.InputJsonValue;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storableText(key), storable(member)]),
  );
}
