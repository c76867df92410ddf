import { projectDocumentSchema } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { projectChanges } from './project-changes.js';

const document = (over: object = {}) =>
  projectDocumentSchema.parse({
    project: 'demo',
    profiles: [{ name: 'main', architecture: 'x86_64', channel: 'main' }],
    repositories: [{ name: 'recipes', url: 'https://example.org/r.git' }],
    ...over,
  });

it('finds nothing between equal documents', () => {
  expect(projectChanges(document(), document())).toEqual([]);
});

it('names what is added and removed', () => {
  const next = document({ repositories: [{ name: 'more', url: 'https://example.org/m.git' }] });
  expect(projectChanges(document(), next).map(({ action, what }) => `${action} ${what}`)).toEqual([
    'remove repository recipes',
    'add repository more',
  ]);
  expect(projectChanges(null, document())[0]).toEqual({ action: 'add', what: 'project demo' });
});

it('names each field that differs, with both values', () => {
  const next = document({
    repositories: [{ name: 'recipes', url: 'https://example.org/r.git', branch: 'next' }],
  });
  expect(projectChanges(document(), next)).toEqual([
    { action: 'change', what: 'repository recipes: branch', from: 'main', to: 'next' },
  ]);
});
