import { type Prisma } from './generated/client.js';

/** A value as Prisma takes it for a JSON column; the type says nothing more than that. */
export function toJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}
