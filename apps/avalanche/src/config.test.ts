import { expect, it } from 'vitest';
import { loadConfig } from './config.js';

it('has a default for everything', () => {
  expect(loadConfig({ PATH: '/bin', AVALANCHE_SLOTS: '' })).toMatchObject({
    stateDir: '/var/lib/avalanche',
    slots: 1,
    lookaside: [],
    allowLocalRepositories: false,
    allowPrivateAddresses: false,
    natsUrl: undefined,
    logLevel: 'info',
    executor: 'auto',
    verifyManifests: false,
  });
});

it('reads everything', () => {
  expect(
    loadConfig({
      AVALANCHE_STATE_DIR: '/srv/a',
      AVALANCHE_SLOTS: '3',
      AVALANCHE_LOOKASIDE: '/a, https://cache.example/x ,',
      AVALANCHE_ALLOW_LOCAL_REPOSITORIES: 'true',
      AVALANCHE_ALLOW_PRIVATE_ADDRESSES: 'true',
      AVALANCHE_MIN_FREE_BYTES: '7',
      AVALANCHE_NATS_URL: 'tls://hub.example:4222',
      AVALANCHE_LOG_LEVEL: 'debug',
      AVALANCHE_EXECUTOR: 'boulder',
      AVALANCHE_VERIFY_MANIFESTS: 'true',
    }),
  ).toEqual({
    stateDir: '/srv/a',
    slots: 3,
    lookaside: ['/a', 'https://cache.example/x'],
    allowLocalRepositories: true,
    allowPrivateAddresses: true,
    minFreeBytes: 7,
    natsUrl: 'tls://hub.example:4222',
    logLevel: 'debug',
    executor: 'boulder',
    verifyManifests: true,
  });
});

it('tells all faults at once', () => {
  const faulty = {
    AVALANCHE_STATE_DIR: 'relative',
    AVALANCHE_SLOTS: '0',
    AVALANCHE_LOOKASIDE: 'nowhere',
    AVALANCHE_ALLOW_LOCAL_REPOSITORIES: 'yes',
    AVALANCHE_NATS_URL: 'nats://hub.example:4222',
    AVALANCHE_LOG_LEVEL: 'loud',
  };
  expect(() => loadConfig(faulty)).toThrow('Avalanche cannot start');
  for (const name of Object.keys(faulty)) expect(() => loadConfig(faulty)).toThrow(name);
  expect(() => loadConfig(faulty)).toThrow('not encrypted');
});
