import { expect, it } from 'vitest';
import { loadConfig, loadStorageConfig } from './config.js';

const ENVIRONMENT = {
  VESSEL_DATABASE_URL: 'postgresql://cairn:secret@127.0.0.1:5432/vessel',
  VESSEL_REDIS_URL: 'redis://127.0.0.1:6379',
  VESSEL_NATS_URL: 'nats://127.0.0.1:4222',
  VESSEL_CREDENTIALS_FILE: '/etc/cairn/vessel.json',
  VESSEL_DATA_DIR: '/var/lib/vessel',
};

it('has a default for what need not be said', () => {
  const config = loadConfig({ ...ENVIRONMENT, VESSEL_PUBLIC_URL: '', UNRELATED: 'x' });
  expect(config).toMatchObject({
    http: { host: '127.0.0.1', port: 0 },
    publicUrl: undefined,
    stagnationMs: 600_000,
    logLevel: 'info',
  });
});

it('takes the slash off the public URL', () => {
  const config = loadConfig({ ...ENVIRONMENT, VESSEL_PUBLIC_URL: 'https://packages.example/' });
  expect(config.publicUrl).toBe('https://packages.example');
});

it('tells every fault at once, and no secret', () => {
  const wrong = {
    ...ENVIRONMENT,
    VESSEL_DATABASE_URL: 'mysql://cairn:secret@x/y',
    VESSEL_NATS_URL: 'nats://far.example:4222',
    VESSEL_DATA_DIR: 'relative',
    VESSEL_HTTP_PORT: '70000',
  };
  let message = '';
  try {
    loadConfig(wrong);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  for (const name of ['DATABASE_URL', 'NATS_URL', 'DATA_DIR', 'HTTP_PORT']) {
    expect(message).toContain(`VESSEL_${name}`);
  }
  expect(message).not.toContain('secret');
});

const BUCKET = { VESSEL_S3_BUCKET: 'packages', VESSEL_S3_REGION: 'eu-central-1' };

it('keeps packages in the folder unless a bucket is named', () => {
  expect(loadConfig(ENVIRONMENT).bucket).toBeUndefined();
  expect(loadConfig({ ...ENVIRONMENT, ...BUCKET }).bucket).toEqual({
    bucket: 'packages',
    region: 'eu-central-1',
    endpoint: undefined,
    usesPathStyle: false,
  });
  const elsewhere = {
    VESSEL_S3_ENDPOINT: 'https://objects.example',
    VESSEL_S3_PATH_STYLE: 'true',
  };
  expect(loadConfig({ ...ENVIRONMENT, ...BUCKET, ...elsewhere }).bucket).toMatchObject({
    endpoint: 'https://objects.example',
    usesPathStyle: true,
  });
});

it.each([
  [{ VESSEL_S3_BUCKET: 'packages' }, 'VESSEL_S3_REGION'],
  [{ VESSEL_S3_REGION: 'eu-central-1' }, 'VESSEL_S3_BUCKET'],
  [{ VESSEL_S3_ENDPOINT: 'https://objects.example' }, 'VESSEL_S3_BUCKET'],
  [{ ...BUCKET, VESSEL_S3_ENDPOINT: 'ftp://objects.example' }, 'VESSEL_S3_ENDPOINT'],
  [{ ...BUCKET, VESSEL_S3_BUCKET: '../x' }, 'VESSEL_S3_BUCKET'],
  [{ ...BUCKET, AWS_ACCESS_KEY_ID: 'key' }, 'AWS_SECRET_ACCESS_KEY'],
  [{ ...BUCKET, AWS_SECRET_ACCESS_KEY: 'secret' }, 'AWS_ACCESS_KEY_ID'],
])('refuses half a bucket: %j', (more, missing) => {
  expect(() => loadConfig({ ...ENVIRONMENT, ...more })).toThrow(missing);
  expect(() => loadStorageConfig({ ...ENVIRONMENT, ...more })).toThrow(missing);
});
