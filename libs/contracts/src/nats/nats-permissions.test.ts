import { expect, it } from 'vitest';
import { permissionsOf } from './nats-permissions.js';
import { NATS_CONTRACTS } from './registry.js';

it('lets a builder speak only as itself and hear only its own orders', () => {
  const { publish, subscribe } = permissionsOf('builder');
  for (const subject of [...publish, ...subscribe]) {
    expect(subject).toMatch(/^(builder\.\{\{name\(\)\}\}\.|_INBOX\.\{\{name\(\)\}\}\.>$)/);
  }
});

it('names each subject once, with sender, receiver and version', () => {
  const subjects = NATS_CONTRACTS.map((contract) => contract.subject);
  expect(new Set(subjects).size).toBe(subjects.length);
  for (const contract of NATS_CONTRACTS) {
    expect(contract.subject).toMatch(/^(builder\.\*|summit|vessel)\.[a-z-]+\.[a-z-]+\.v\d+$/);
    expect(contract.from).not.toBe(contract.to);
    expect(contract.timeoutMs).toBeGreaterThan(0);
  }
});

it('has the builder id in the subject of each message from or to a builder, and in no other', () => {
  for (const contract of NATS_CONTRACTS) {
    const concernsBuilder = contract.from === 'builder' || contract.to === 'builder';
    expect(contract.subject.startsWith('builder.*.')).toBe(concernsBuilder);
  }
});
