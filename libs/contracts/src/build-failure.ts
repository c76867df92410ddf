import { z } from 'zod';
import { sentenceSchema } from './values.js';

/** Whose fault: infrastructure is tried again by itself, the others wait for a person. */
export const failureClassSchema = z.enum(['infrastructure', 'recipe', 'upstream', 'cancelled']);

/** What is known of a failed build, as its builder saw it. */
export const buildFailureSchema = z.object({
  class: failureClassSchema,
  /** Documented code, for example `build.command-failed`; unknown ones are kept as they are. */
  code: z
    .string()
    .max(64)
    .regex(/^[a-z]+[a-z0-9.-]*$/),
  /** Step of the build: checkout, fetch, dependencies, setup, build, install, check, package … */
  step: z.string().max(64),
  message: sentenceSchema(2_000),
  command: sentenceSchema(2_000).optional(),
  recipeLine: z.number().int().min(1).optional(),
  exitCode: z.number().int().optional(),
  signal: z.string().max(16).optional(),
  /** The last lines of the log, or those around the first error. */
  excerpt: sentenceSchema(8_000).optional(),
  /** Capabilities that nobody provided, as canonical texts `kind(name)`. */
  missingDependencies: z.array(z.string().max(512)).max(1_000).optional(),
  /** Equal failures have equal fingerprints. */
  fingerprint: z.string().max(64).optional(),
});
export type BuildFailure = z.infer<typeof buildFailureSchema>;
