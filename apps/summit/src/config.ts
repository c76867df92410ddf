import { readFileSync } from 'node:fs';
import { z } from 'zod';

const seconds = (fallback: number) => z.coerce.number().min(0.05).max(86_400).default(fallback);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
const megabytes = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** Everything that summit reads from its environment. */
export const environmentSchema = z.object({
  SUMMIT_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  SUMMIT_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  SUMMIT_NATS_URL: z.string().min(1),
  /** What builders are told to connect to, when it is not the same. */
  SUMMIT_PUBLIC_NATS_URL: z.string().optional(),
  SUMMIT_TRUST_FILE: z.string().min(1),
  SUMMIT_TOKEN_KEY_FILE: z.string().min(1),
  SUMMIT_DATA_DIR: z.string().min(1),
  SUMMIT_HTTP_HOST: z.string().default('127.0.0.1'),
  SUMMIT_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(5_001),
  /** Origin under which browsers see the dashboard; cookies are `Secure` when it is https. */
  SUMMIT_PUBLIC_URL: z.url().optional(),
  SUMMIT_DASHBOARD_DIR: z.string().optional(),
  SUMMIT_PUBLIC_READ: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true'),
  SUMMIT_ALLOW_LOCAL_REPOSITORIES: flag,
  /** Comma-separated; several, so that a secret can be changed without losing deliveries. */
  SUMMIT_WEBHOOK_SECRETS: z.string().default(''),
  SUMMIT_LEASE_SECONDS: seconds(90),
  SUMMIT_HEARTBEAT_SECONDS: seconds(10),
  SUMMIT_RETRY_FIRST_SECONDS: seconds(10),
  SUMMIT_RETRY_MAX: z.coerce.number().int().min(0).max(100).default(5),
  SUMMIT_BUILD_TIME_SECONDS: seconds(8 * 3_600),
  SUMMIT_BUILD_SILENCE_SECONDS: seconds(3_600),
  SUMMIT_BUILD_MEMORY_MB: megabytes(8_192),
  SUMMIT_BUILD_PROCESSES: z.coerce.number().int().min(16).default(4_096),
  SUMMIT_BUILD_LOG_MB: megabytes(100),
  SUMMIT_BUILD_DISK_MB: megabytes(51_200),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

function toConfig(env: z.output<typeof environmentSchema>) {
  const mb = 1_048_576;
  return {
    database: { url: env.SUMMIT_DATABASE_URL },
    redis: { url: env.SUMMIT_REDIS_URL },
    nats: {
      url: env.SUMMIT_NATS_URL,
      publicUrl: env.SUMMIT_PUBLIC_NATS_URL ?? env.SUMMIT_NATS_URL,
      trust: readFileSync(env.SUMMIT_TRUST_FILE, 'utf8'),
    },
    http: {
      host: env.SUMMIT_HTTP_HOST,
      port: env.SUMMIT_HTTP_PORT,
      publicUrl: env.SUMMIT_PUBLIC_URL ?? null,
      dashboardDir: env.SUMMIT_DASHBOARD_DIR ?? null,
      isPublicRead: env.SUMMIT_PUBLIC_READ,
      tokenKeyPem: readFileSync(env.SUMMIT_TOKEN_KEY_FILE, 'utf8'),
      webhookSecrets: env.SUMMIT_WEBHOOK_SECRETS.split(',').filter((secret) => secret !== ''),
    },
    dataDir: env.SUMMIT_DATA_DIR,
    areLocalRepositoriesAllowed: env.SUMMIT_ALLOW_LOCAL_REPOSITORIES,
    attempts: {
      leaseMs: env.SUMMIT_LEASE_SECONDS * 1_000,
      heartbeatMs: env.SUMMIT_HEARTBEAT_SECONDS * 1_000,
      retryFirstMs: env.SUMMIT_RETRY_FIRST_SECONDS * 1_000,
      retryMax: env.SUMMIT_RETRY_MAX,
      limits: {
        timeMs: env.SUMMIT_BUILD_TIME_SECONDS * 1_000,
        silenceMs: env.SUMMIT_BUILD_SILENCE_SECONDS * 1_000,
        memoryBytes: env.SUMMIT_BUILD_MEMORY_MB * mb,
        processes: env.SUMMIT_BUILD_PROCESSES,
        logSizeBytes: env.SUMMIT_BUILD_LOG_MB * mb,
        diskBytes: env.SUMMIT_BUILD_DISK_MB * mb,
      },
    },
    logLevel: env.LOG_LEVEL,
  } as const;
}

export type SummitConfig = ReturnType<typeof toConfig>;
/** Injection token of the configuration. */
export const CONFIG = Symbol('summit configuration');

/** Reads the environment once; all its faults are told together. */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
): SummitConfig {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new Error(`Summit cannot start:\n${z.prettifyError(parsed.error)}`);
  return toConfig(parsed.data);
}
