import { open } from 'node:fs/promises';

/** Largest graph, durations or bootstrap document that is read into memory. */
export const INPUT_SIZE_BYTES_MAX = 512 * 1024 * 1024;

/** Wrong input of the user; its message is printed as it is. */
export class InputError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The text of a file; fails with `InputError` when it cannot be read or is too large. */
export async function readInput(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > INPUT_SIZE_BYTES_MAX)
        throw new InputError('plan.input-too-large', `${path} is larger than 512 MiB`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new InputError('plan.unreadable-input', `${path} cannot be read: ${reason}`);
  }
}
