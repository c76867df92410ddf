import { expect, it } from 'vitest';
import {
  capabilityPath,
  differencePath,
  offsetIn,
  packagePath,
  textIn,
  versionIn,
} from './channel-paths.js';

it('writes names into addresses so that they stay names', () => {
  expect(packagePath({ channel: 'main', name: 'libstdc++', version: 'stream/volatile' })).toBe(
    '/channels/main/packages/libstdc%2B%2B?version=stream%2Fvolatile',
  );
  const capability = 'soname(libz.so.1(x86_64))';
  const path = capabilityPath({ channel: 'main', capability, version: 'tag/x' });
  expect(new URL(path, 'http://hub').searchParams.get('capability')).toBe(capability);
  expect(differencePath('main')).toBe('/channels/main/difference');
});

it('leaves out of an address what makes no sense', () => {
  const params = new URLSearchParams('to=tag/v1&from=../x&offset=-3&text=%20%20');
  expect(versionIn(params, 'to')).toBe('tag/v1');
  expect(versionIn(params, 'from')).toBeUndefined();
  expect(offsetIn(params)).toBe(0);
  expect(textIn(params, 'text')).toBeUndefined();
  expect(textIn(new URLSearchParams({ text: 'x'.repeat(999) }), 'text')).toHaveLength(200);
});
