import { expect, it } from 'vitest';
import { isInternalAddress } from './address-policy.js';

it('knows the addresses that a recipe must not reach', () => {
  const internal = [
    '127.0.0.1',
    '127.8.8.8',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::127.0.0.1',
    'not-an-address',
  ];
  expect(internal.filter((address) => !isInternalAddress(address))).toEqual([]);
  const open = ['1.1.1.1', '140.82.121.3', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1'];
  expect(open.filter(isInternalAddress)).toEqual([]);
});
