import { SESSION_COOKIE } from '@cairn/auth';
import {
  createLoginCode,
  createSession,
  endSession,
  listAudit,
  listProjects,
  pauseAllocation,
  refreshSession,
  resumeAllocation,
  whoAmI,
} from '@cairn/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@cairn/identity';
import { testServers } from '@cairn/testing';
import jwt from 'jsonwebtoken';
import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

const api = () => world.summit.api;

async function logIn(name = 'grace') {
  const { code } = await world.loginCode(name, 'admin');
  return api().call(createSession, { body: { code } });
}

/** A browser's session: its cookie and what `whoAmI` tells its page. */
async function browse() {
  const { code } = await world.loginCode('grace', 'admin');
  const answer = await api().send(createSession, { body: { code, cookie: true } });
  const header = answer.headers.get('set-cookie') ?? '';
  const cookie = header.split(';')[0] ?? '';
  const { csrfToken } = await api().call(whoAmI, { headers: { cookie } });
  return { header, cookie, csrfToken: csrfToken ?? '' };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it('takes a login code once', async () => {
  const { code } = await world.loginCode('grace', 'packager');
  const tokens = await api().call(createSession, { body: { code: ` ${code}\n` } });
  expect(tokens.account).toMatchObject({ name: 'grace', role: 'packager' });
  const again = await api().send(createSession, { body: { code } });
  expect(again).toMatchObject({ status: 401, body: { code: 'credentials.invalid' } });
});

it('takes a code once, though two come at the same time', async () => {
  const { code } = await world.loginCode('grace', 'admin');
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => api().send(createSession, { body: { code } })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
});

it('refuses codes that are unknown or expired', async () => {
  const unknown = await api().send(createSession, { body: { code: 'f'.repeat(24) } });
  expect(unknown.status).toBe(401);
  const { code } = await world.loginCode('grace', 'admin');
  await world.db.query(`UPDATE login_code SET expires_at = now() WHERE used_at IS NULL`);
  expect((await api().send(createSession, { body: { code } })).status).toBe(401);
});

it('keeps neither codes nor refresh tokens in readable form', async () => {
  const { code } = await world.loginCode('grace', 'admin');
  const { refreshToken } = await logIn();
  const codes = await world.db.query('SELECT * FROM login_code');
  const sessions = await world.db.query('SELECT * FROM session');
  const stored = JSON.stringify([codes.rows, sessions.rows]);
  expect(stored).not.toContain(code);
  expect(stored).not.toContain(refreshToken);
});

it('rotates refresh tokens; one that comes a second time ends the session', async () => {
  const first = await logIn();
  const second = await api().call(refreshSession, { body: { refreshToken: first.refreshToken } });
  expect(second.refreshToken).not.toBe(first.refreshToken);
  expect((await world.as(second.accessToken).send(listAudit)).status).toBe(200);
  const copied = await api().send(refreshSession, { body: { refreshToken: first.refreshToken } });
  expect(copied).toMatchObject({ status: 401, body: { code: 'session.expired' } });
  const owner = await api().send(refreshSession, { body: { refreshToken: second.refreshToken } });
  expect(owner.status).toBe(401);
  expect((await world.as(second.accessToken).send(listAudit)).status).toBe(401);
});

it('gives one of two simultaneous refreshes new tokens at most', async () => {
  const { refreshToken } = await logIn();
  const answers = await Promise.all(
    [1, 2, 3].map(() => api().send(refreshSession, { body: { refreshToken } })),
  );
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  expect(answers.every(({ status }) => status === 200 || status === 401)).toBe(true);
});

it('ends a session at logout, its access token with it', async () => {
  const { accessToken, refreshToken } = await logIn();
  const mine = world.as(accessToken);
  expect((await mine.send(listAudit)).status).toBe(200);
  expect((await mine.send(endSession)).status).toBe(200);
  expect((await mine.send(listAudit)).status).toBe(401);
  expect((await api().send(refreshSession, { body: { refreshToken } })).status).toBe(401);
});

it('lets a browser read by its cookie and change only with the token of its page', async () => {
  const { header, cookie, csrfToken } = await browse();
  expect(header).toMatch(/HttpOnly/i);
  expect(header).toMatch(/SameSite=Strict/i);
  expect(csrfToken).not.toBe('');
  expect((await api().send(listAudit, { headers: { cookie } })).status).toBe(200);
  const change = (headers: Record<string, string>) =>
    api().send(pauseAllocation, { headers: { cookie, ...headers } });
  expect(await change({})).toMatchObject({ status: 403, body: { code: 'csrf.missing' } });
  expect((await change({ 'x-csrf-token': `${csrfToken}x` })).status).toBe(403);
  expect((await change({ 'x-csrf-token': '' })).status).toBe(403);
  expect((await change({ 'x-csrf-token': csrfToken })).status).toBe(200);
  const headers = { cookie, 'x-csrf-token': csrfToken };
  expect((await api().send(resumeAllocation, { headers })).status).toBe(200);
});

it('demands the token of the page also when some other authorization comes with the cookie', async () => {
  const { cookie } = await browse();
  for (const authorization of ['Basic YTpi', 'Bearer', 'bearer ', 'Digest x']) {
    const answer = await api().send(pauseAllocation, { headers: { cookie, authorization } });
    expect([401, 403], authorization).toContain(answer.status);
  }
});

it('clears the cookie at logout', async () => {
  const { cookie, csrfToken } = await browse();
  const headers = { cookie, 'x-csrf-token': csrfToken };
  const answer = await api().send(endSession, { headers });
  expect(answer.headers.get('set-cookie')).toMatch(new RegExp(`^${SESSION_COOKIE}=;`));
  // What is public stays readable with the stale cookie, what is not is closed.
  expect((await api().send(listProjects, { headers: { cookie } })).status).toBe(200);
  expect((await api().send(listAudit, { headers: { cookie } })).status).toBe(401);
});

it('publishes the key that verifies its tokens', async () => {
  const { accessToken } = await logIn();
  const response = await fetch(`${api().url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  const [head = '', body = '', signature = ''] = accessToken.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, string>;
  expect(header).toMatchObject({ alg: 'ES256', kid: keys[0]?.kid });
  expect(JSON.stringify(keys)).not.toContain('"d"');
  const key = createPublicKey({ key: keys[0] as never, format: 'jwk' });
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  expect(isGenuine).toBe(true);
});

it('refuses every forged token', async () => {
  const { accessToken } = await logIn();
  const [head = '', body = '', signature = ''] = accessToken.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const publicPem = createPublicKey(world.config.http.tokenKeyPem)
    .export({ type: 'spki', format: 'pem' })
    .toString();
  const hmac = (text: string) =>
    `${text}.${createHmac('sha256', publicPem).update(text).digest('base64url')}`;
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const own = (more: object, options: jwt.SignOptions = {}) =>
    jwt.sign({ ...claims, ...more }, world.config.http.tokenKeyPem, {
      algorithm: 'ES256',
      ...options,
    });
  const none = part({ alg: 'none', typ: 'JWT' });
  const forged: Record<string, string> = {
    'no algorithm': `${none}.${body}.`,
    'no algorithm, old signature': `${none}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'HS256 with the public key': hmac(`${part({ alg: 'HS256', typ: 'JWT' })}.${body}`),
    'another key': jwt.sign(claims, stranger, { algorithm: 'ES256' }),
    'changed role': `${head}.${part({ ...claims, role: 'admin', name: 'mallory' })}.${signature}`,
    expired: own({ iat: 1_000, exp: 2_000 }),
    'another audience': own({ aud: 'elsewhere' }),
    'another issuer': own({ iss: 'elsewhere' }),
    'another purpose': own({ purpose: 'refresh' }),
    'unknown role': own({ role: 'root' }),
    'unknown session': own({ session: '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a11' }),
  };
  expect(claims).toMatchObject({ aud: TOKEN_AUDIENCE, iss: TOKEN_ISSUER });
  const taken: string[] = [];
  for (const [name, token] of Object.entries(forged)) {
    if ((await world.as(token).send(listAudit)).status !== 401) taken.push(name);
  }
  expect(taken).toEqual([]);
  expect((await world.as(accessToken).send(listAudit)).status).toBe(200);
});

it('answers malformed tokens with 401, whatever they hold', async () => {
  const malformed = [
    '',
    'x',
    '..',
    'a.b.c',
    `${part({ alg: 'ES256' })}.e30.`,
    'ä.ö.ü',
    'A'.repeat(9_000),
  ];
  const odd: string[] = [];
  for (const token of malformed.filter((each) => /^[\x20-\xff]*$/.test(each))) {
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { cookie: `${SESSION_COOKIE}=${encodeURIComponent(token)}` },
      { authorization: token === '' ? 'x' : token },
    ]) {
      const { status } = await api().send(listAudit, { headers });
      if (status !== 401) odd.push(`${JSON.stringify(headers).slice(0, 60)} ${status}`);
    }
  }
  expect(odd).toEqual([]);
});

it('counts a cookie that comes twice as none', async () => {
  const { cookie } = await browse();
  const headers = { cookie: `${cookie}; ${SESSION_COOKIE}=planted` };
  expect((await api().send(listAudit, { headers })).status).toBe(401);
});

it('takes the widest of the roles that an account and its groups have', async () => {
  await world.db.query(`INSERT INTO account_group (name, role) VALUES ('staff', 'packager')`);
  await world.logIn('linus', 'viewer');
  await world.db.query(
    `INSERT INTO group_member (group_name, account_id) SELECT 'staff', id FROM account WHERE name = 'linus'`,
  );
  const { code } = await world.loginCode('linus', 'viewer');
  const { account } = await api().call(createSession, { body: { code } });
  expect(account.role).toBe('packager');
});

it('writes down who did what', async () => {
  await world.admin.call(createLoginCode, { body: { account: 'margaret', role: 'viewer' } });
  const { entries } = await world.admin.call(listAudit, { query: { limit: 5 } });
  expect(entries[0]).toMatchObject({
    account: 'ada',
    action: 'account.login-code',
    subject: 'margaret',
    details: { role: 'viewer' },
  });
});
