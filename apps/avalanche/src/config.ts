import path from 'node:path';
import { EXECUTOR_CHOICES, type ExecutorChoice } from '@cairn/executor';
import { checkNatsUrl } from '@cairn/messaging';
import { LOG_LEVELS, type LogLevel } from '@cairn/observability';
import { GIB } from '@cairn/std';
import { z } from 'zod';
import { OperatorError } from './operator-error.js';

/** What the environment says; every duration and size in the unit of its name. */
export interface AvalancheConfig {
  readonly stateDir: string;
  readonly slots: number;
  readonly lookaside: readonly string[];
  readonly allowLocalRepositories: boolean;
  readonly allowPrivateAddresses: boolean;
  readonly minFreeBytes: number;
  /** Instead of the broker's address from the enrolment. */
  readonly natsUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** `auto`: boulder where it is installed, else the sandbox. */
  readonly executor: ExecutorChoice;
  /** Whether boulder holds a build against the manifest that is committed beside the recipe. */
  readonly verifyManifests: boolean;
}

const LOOKASIDE_MAX = 16;
const MIN_FREE_BYTES_DEFAULT = 2 * GIB;

const flag = z.enum(['true', 'false']).default('false');

const absolutePath = z
  .string()
  .refine((text) => path.isAbsolute(text) && !text.includes('\0'), 'an absolute path');

const lookaside = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((place) => place.trim()))
  .transform((places) => places.filter((place) => place !== ''))
  .pipe(
    z
      .array(
        z
          .string()
          .refine(
            (place) => path.isAbsolute(place) || /^https?:\/\/\S+$/.test(place),
            'absolute paths or http(s) URLs, separated by commas',
          ),
      )
      .max(LOOKASIDE_MAX),
  );

const natsUrl = z
  .string()
  .optional()
  .superRefine((text, context) => {
    if (text === undefined) return;
    try {
      checkNatsUrl(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' });
    }
  });

const environmentSchema = z.object({
  AVALANCHE_STATE_DIR: absolutePath.default('/var/lib/avalanche'),
  AVALANCHE_SLOTS: z.coerce.number().int().min(1).max(64).default(1),
  AVALANCHE_LOOKASIDE: lookaside,
  AVALANCHE_ALLOW_LOCAL_REPOSITORIES: flag,
  AVALANCHE_ALLOW_PRIVATE_ADDRESSES: flag,
  AVALANCHE_MIN_FREE_BYTES: z.coerce.number().int().min(0).default(MIN_FREE_BYTES_DEFAULT),
  AVALANCHE_NATS_URL: natsUrl,
  AVALANCHE_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  AVALANCHE_EXECUTOR: z.enum(EXECUTOR_CHOICES).default('auto'),
  AVALANCHE_VERIFY_MANIFESTS: flag,
});

/** Reads the configuration; the error names every fault at once. Empty variables count as absent. */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
): AvalancheConfig {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    throw new OperatorError(`Avalanche cannot start:\n${z.prettifyError(parsed.error)}`);
  }
  const { data } = parsed;
  return {
    stateDir: data.AVALANCHE_STATE_DIR,
    slots: data.AVALANCHE_SLOTS,
    lookaside: data.AVALANCHE_LOOKASIDE,
    allowLocalRepositories: data.AVALANCHE_ALLOW_LOCAL_REPOSITORIES === 'true',
    allowPrivateAddresses: data.AVALANCHE_ALLOW_PRIVATE_ADDRESSES === 'true',
    minFreeBytes: data.AVALANCHE_MIN_FREE_BYTES,
    natsUrl: data.AVALANCHE_NATS_URL,
    logLevel: data.AVALANCHE_LOG_LEVEL,
    executor: data.AVALANCHE_EXECUTOR,
    verifyManifests: data.AVALANCHE_VERIFY_MANIFESTS === 'true',
  };
}
