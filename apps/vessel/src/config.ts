import path from 'node:path';
import { checkNatsUrl } from '@cairn/messaging';
import { LOG_LEVELS, type LogLevel } from '@cairn/observability';
import { SECOND_MS } from '@cairn/std';
import { z } from 'zod';
import type { BucketOptions } from './pool/s3-blob-store.js';

/** What the environment says. */
export interface VesselConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly natsUrl: string;
  /** JSON with the user JWT and its seed. */
  readonly credentialsFile: string;
  /** Holds the public folder, the pool and what is on its way in; one file system. */
  readonly dataDir: string;
  /** Where packages lie; in the folder when left out. */
  readonly bucket: BucketOptions | undefined;
  readonly http: { readonly host: string; readonly port: number };
  /** How clients reach the public folder, without a slash at the end; our own address when left out. */
  readonly publicUrl: string | undefined;
  /** A fetch that brings nothing for so long is given up. */
  readonly stagnationMs: number;
  /** PEM file with the Ed25519 keys that sign, and how long a root index may be believed. */
  readonly signing: { readonly keysFile: string | undefined; readonly validDays: number };
  readonly logLevel: LogLevel;
}

const STAGNATION_SECONDS_DEFAULT = 600;
const SIGNATURE_DAYS_DEFAULT = 14;

const absolutePath = z
  .string()
  .refine((text) => path.isAbsolute(text) && !text.includes('\0'), 'an absolute path');

const natsUrl = z.string().superRefine((text, context) => {
  try {
    checkNatsUrl(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' });
  }
});

const environmentSchema = z.object({
  VESSEL_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  VESSEL_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  VESSEL_NATS_URL: natsUrl,
  VESSEL_CREDENTIALS_FILE: absolutePath,
  VESSEL_DATA_DIR: absolutePath,
  VESSEL_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  VESSEL_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  VESSEL_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  VESSEL_STAGNATION_SECONDS: z.coerce.number().positive().default(STAGNATION_SECONDS_DEFAULT),
  VESSEL_SIGNING_KEYS_FILE: absolutePath.optional(),
  VESSEL_SIGNATURE_DAYS: z.coerce.number().min(1).max(3_650).default(SIGNATURE_DAYS_DEFAULT),
  VESSEL_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  VESSEL_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional(),
  VESSEL_S3_REGION: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,63}$/)
    .optional(),
  VESSEL_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  VESSEL_S3_PATH_STYLE: z.enum(['true', 'false']).optional(),
  // Read by the client of S3 itself; here only so that half of them is noticed at the start.
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
});

type Variables = z.infer<typeof environmentSchema>;

const serviceSchema = environmentSchema.superRefine(refuseHalfABucket);

/** What `migrate` needs of the environment. */
const migrationSchema = environmentSchema.pick({ VESSEL_DATABASE_URL: true });

/** What `admin` needs of the environment. */
const storageSchema = environmentSchema
  .pick({
    VESSEL_DATABASE_URL: true,
    VESSEL_DATA_DIR: true,
    VESSEL_SIGNING_KEYS_FILE: true,
    VESSEL_SIGNATURE_DAYS: true,
    VESSEL_S3_BUCKET: true,
    VESSEL_S3_REGION: true,
    VESSEL_S3_ENDPOINT: true,
    VESSEL_S3_PATH_STYLE: true,
    AWS_ACCESS_KEY_ID: true,
    AWS_SECRET_ACCESS_KEY: true,
  })
  .superRefine(refuseHalfABucket);

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration; the error names every fault at once. Empty variables count as absent. */
export function loadConfig(environment: Environment): VesselConfig {
  const parsed = serviceSchema.safeParse(present(environment));
  if (!parsed.success) throw new Error(`Vessel cannot start:\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    databaseUrl: data.VESSEL_DATABASE_URL,
    redisUrl: data.VESSEL_REDIS_URL,
    natsUrl: data.VESSEL_NATS_URL,
    credentialsFile: data.VESSEL_CREDENTIALS_FILE,
    dataDir: data.VESSEL_DATA_DIR,
    bucket: bucketOf(data),
    http: { host: data.VESSEL_HTTP_HOST, port: data.VESSEL_HTTP_PORT },
    publicUrl: data.VESSEL_PUBLIC_URL?.replace(/\/+$/, ''),
    stagnationMs: data.VESSEL_STAGNATION_SECONDS * SECOND_MS,
    signing: signingOf(data),
    logLevel: data.VESSEL_LOG_LEVEL,
  };
}

/** What work on database and folder needs, without a broker. */
export function loadStorageConfig(
  environment: Environment = process.env,
): Pick<VesselConfig, 'databaseUrl' | 'dataDir' | 'bucket' | 'signing'> {
  const parsed = storageSchema.safeParse(present(environment));
  if (!parsed.success) throw new Error(`Variables are missing:\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    databaseUrl: data.VESSEL_DATABASE_URL,
    dataDir: data.VESSEL_DATA_DIR,
    bucket: bucketOf(data),
    signing: signingOf(data),
  };
}

type BucketVariables = Pick<
  Variables,
  | 'VESSEL_S3_BUCKET'
  | 'VESSEL_S3_REGION'
  | 'VESSEL_S3_ENDPOINT'
  | 'VESSEL_S3_PATH_STYLE'
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_SECRET_ACCESS_KEY'
>;

function refuseHalfABucket(data: BucketVariables, context: z.RefinementCtx): void {
  const need = (name: keyof BucketVariables, because: string) => {
    if (data[name] !== undefined) return;
    context.addIssue({ code: 'custom', path: [name], message: `needed with ${because}` });
  };
  if (data.VESSEL_S3_BUCKET === undefined) {
    for (const name of ['REGION', 'ENDPOINT', 'PATH_STYLE'] as const) {
      const variable = `VESSEL_S3_${name}` as const;
      if (data[variable] !== undefined) need('VESSEL_S3_BUCKET', variable);
    }
    return;
  }
  need('VESSEL_S3_REGION', 'VESSEL_S3_BUCKET');
  if (data.AWS_ACCESS_KEY_ID !== undefined) need('AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID');
  if (data.AWS_SECRET_ACCESS_KEY !== undefined) need('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
}

function bucketOf(data: BucketVariables): BucketOptions | undefined {
  const { VESSEL_S3_BUCKET: bucket, VESSEL_S3_REGION: region } = data;
  if (bucket === undefined || region === undefined) return undefined;
  const usesPathStyle = data.VESSEL_S3_PATH_STYLE === 'true';
  return { bucket, region, endpoint: data.VESSEL_S3_ENDPOINT, usesPathStyle };
}

function signingOf(data: {
  readonly VESSEL_SIGNING_KEYS_FILE?: string | undefined;
  readonly VESSEL_SIGNATURE_DAYS: number;
}): VesselConfig['signing'] {
  return { keysFile: data.VESSEL_SIGNING_KEYS_FILE, validDays: data.VESSEL_SIGNATURE_DAYS };
}

/** Reads the database's URL alone, for the program that migrates. */
export function loadDatabaseUrl(environment: Environment = process.env): string {
  const parsed = migrationSchema.safeParse(present(environment));
  if (!parsed.success) throw new Error(`Vessel cannot migrate:\n${z.prettifyError(parsed.error)}`);
  return parsed.data.VESSEL_DATABASE_URL;
}

function present(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
}
