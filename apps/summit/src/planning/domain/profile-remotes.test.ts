import { expect, it } from 'vitest';
import { profileRemotes } from './profile-remotes.js';

function profile(name: string, channel: string, ...remotes: readonly [string, number][]) {
  return {
    name,
    architecture: 'x86_64' as const,
    channel,
    stream: 'volatile',
    remotes: remotes.map(([from, priority]) => ({
      name: from,
      channel: from,
      stream: 'volatile',
      priority,
    })),
  };
}

it('lists the profiles behind the remotes, highest priority first', () => {
  const profiles = [
    profile('games', 'games', ['base', 1], ['desktop', 5], ['elsewhere', 9]),
    profile('desktop', 'desktop', ['base', 0]),
    profile('base', 'base'),
    { ...profile('base-arm', 'base'), architecture: 'aarch64' as const },
    { ...profile('base-tests', 'base'), stream: 'unstable' },
  ];
  expect(profileRemotes(profiles)).toEqual(
    new Map([
      ['games', ['desktop', 'base']],
      ['desktop', ['base']],
      ['base', []],
      ['base-arm', []],
      ['base-tests', []],
    ]),
  );
});

it('sees no profile behind a repository elsewhere, nor itself', () => {
  const index = 'https://example.org/stone.index';
  const remotes = [
    { name: 'far', index, priority: 0 },
    { name: 'self', channel: 'main', stream: 'volatile', priority: 0 },
  ];
  expect(profileRemotes([{ ...profile('main', 'main'), remotes }])).toEqual(
    new Map([['main', []]]),
  );
});
