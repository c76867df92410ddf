import {
  architectureSchema,
  builderIdSchema,
  capabilitySchema,
  GATE_LEVELS,
  GATE_RULES,
  historyIdSchema,
  nameSchema,
  pointerNameSchema,
  searchTextSchema,
  sourceNameSchema,
  uuidSchema,
  versionReferenceSchema,
  type GateLevel,
  type GateRule,
  type PackageSelector,
} from '@cairn/contracts';
import { InvalidArgumentError } from 'commander';
import { type z } from 'zod';

const TASK_ID = /^#?([1-9]\d{0,14})$/;

/** `17` or `#17`. */
export function taskIdArgument(text: string): number {
  const digits = TASK_ID.exec(text)?.[1];
  if (digits === undefined) throw new InvalidArgumentError('a task id is a number like 17');
  return Number(digits);
}

export const nameArgument = bySchema(nameSchema);
export const rebuildIdArgument = bySchema(uuidSchema);
export const builderIdArgument: (text: string) => string = bySchema(builderIdSchema);
export const pointerArgument = bySchema(pointerNameSchema);
export const sourceArgument = bySchema(sourceNameSchema);
export const searchArgument = bySchema(searchTextSchema);
export const historyArgument = bySchema(historyIdSchema);
export const capabilityArgument = bySchema(capabilitySchema);
/** `stream/NAME`, `tag/NAME` or `history/ID`. */
export const versionArgument = bySchema(versionReferenceSchema);
export const architectureArgument = bySchema(architectureSchema);

/** `channel/stream`. */
export function streamArgument(text: string): { channel: string; stream: string } {
  const [channel, stream, ...rest] = text.split('/');
  if (channel === undefined || stream === undefined || rest.length > 0)
    throw new InvalidArgumentError('expected CHANNEL/STREAM');
  return { channel: nameArgument(channel), stream: pointerArgument(stream) };
}

/** `name` or `name:architecture`. */
export function packageArgument(text: string): PackageSelector {
  const [name = '', architecture, ...rest] = text.split(':');
  if (rest.length > 0) throw new InvalidArgumentError('expected NAME or NAME:ARCHITECTURE');
  return {
    name: sourceArgument(name),
    ...(architecture === undefined ? {} : { architecture: architectureArgument(architecture) }),
  };
}

/** `project/repository`. */
export function repositoryArgument(text: string): {
  readonly project: string;
  readonly repository: string;
} {
  const [project, repository, ...rest] = text.split('/');
  if (project === undefined || repository === undefined || rest.length > 0)
    throw new InvalidArgumentError('expected PROJECT/REPOSITORY');
  return { project: nameArgument(project), repository: nameArgument(repository) };
}

/** `rule=level` of a channel's gate. */
export function gateArgument(text: string): [GateRule, GateLevel] {
  const [rule, level] = text.split('=');
  const knownRule = GATE_RULES.find((name) => name === rule);
  const knownLevel = GATE_LEVELS.find((name) => name === level);
  if (knownRule === undefined || knownLevel === undefined) {
    throw new InvalidArgumentError(
      `expected one of ${GATE_RULES.join(', ')}, with =off, =warn or =block`,
    );
  }
  return [knownRule, knownLevel];
}

/** `channel/stream/NAME`, `channel/tag/NAME` or `channel/history/ID`. */
export function remoteArgument(text: string): { channel: string; version: string } {
  const slash = text.indexOf('/');
  if (slash < 0) throw new InvalidArgumentError('expected CHANNEL/stream/NAME');
  return {
    channel: nameArgument(text.slice(0, slash)),
    version: versionArgument(text.slice(slash + 1)),
  };
}

/** A whole number within limits. */
export function wholeNumber(limits: {
  readonly min: number;
  readonly max: number;
}): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= limits.min && value <= limits.max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${limits.min} to ${limits.max}`);
  };
}

function bySchema<T>(schema: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`expected ${parsed.error.issues[0]?.message ?? 'another text'}`);
  };
}
