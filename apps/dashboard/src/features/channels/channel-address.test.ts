import { expect, it } from 'vitest';
import { sampleChannel } from '../../testing/sample-views.js';
import { addressOf, firstVersionOf, mossLine, paramsOf } from './channel-address.js';

it('reads the address of a page and writes it back', () => {
  const address = {
    channel: 'main',
    version: 'history/17',
    search: 'c++',
    by: 'file' as const,
    offset: 200,
  };
  expect(addressOf(paramsOf(address))).toEqual(address);
  expect(addressOf(new URLSearchParams('version=../x&offset=-1&search=&by=all'))).toEqual({
    channel: undefined,
    version: undefined,
    search: undefined,
    by: 'text',
    offset: 0,
  });
});

it('begins with the volatile stream, else with the newest version', () => {
  expect(firstVersionOf(sampleChannel())).toBe('stream/volatile');
  expect(firstVersionOf(sampleChannel({ streams: [] }))).toBe('history/1750000001');
  expect(firstVersionOf(sampleChannel({ streams: [], versions: [] }))).toBeUndefined();
});

it('gives the command that adds the repository', () => {
  expect(
    mossLine({
      repositoryUrl: 'http://repo.example.org/',
      channel: 'main',
      version: 'stream/volatile',
      architecture: 'x86_64',
    }),
  ).toBe(
    'moss repo add cairn-main http://repo.example.org/ --root-index channel=main,version=stream/volatile,arch=x86_64',
  );
});
