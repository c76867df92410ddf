import { expect, it } from 'vitest';
import { accessClaimsOf } from './claims.js';

const good = {
  sub: '1',
  name: 'ada',
  role: 'admin',
  session: 's',
  purpose: 'access',
  iat: 1,
  exp: 2,
};

it('reads the claims of an access token', () => {
  expect(accessClaimsOf(good)).toEqual(good);
});

it.each([
  null,
  'text',
  { ...good, purpose: 'refresh' },
  { ...good, role: 'root' },
  { ...good, sub: 7 },
  { ...good, exp: 'never' },
])('reads nothing from %j', (payload) => {
  expect(accessClaimsOf(payload)).toBeNull();
});
