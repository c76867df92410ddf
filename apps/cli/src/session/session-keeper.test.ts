import { type SessionTokens } from '@cairn/contracts';
import { type Clock, type Instant } from '@cairn/std';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionFile } from './session-file.js';
import { SessionKeeper, type Refresh } from './session-keeper.js';

const ORIGIN = 'https://summit.example';
const START_MS = 1_800_000_000_000;

let folder = '';
let file: SessionFile;
let nowMs = START_MS;
const clock: Clock = { now: () => nowMs as Instant };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-session-'));
  file = new SessionFile(path.join(folder, 'cairn/session.json'));
  nowMs = START_MS;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function tokens(number: number): SessionTokens {
  return {
    accessToken: `access-${number}`,
    refreshToken: `refresh-${number}`,
    expiresInSeconds: 900,
    account: { id: 'a', name: 'ada', role: 'admin' },
  };
}

/** Refresh tokens work once, as summit has it. */
function onceOnly(): { readonly refresh: Refresh; readonly refreshes: () => number } {
  let current = 1;
  let hasEnded = false;
  return {
    refreshes: () => current - 1,
    refresh: async (_origin, refreshToken) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      hasEnded ||= refreshToken !== `refresh-${current}`;
      if (hasEnded) return undefined;
      current += 1;
      return tokens(current);
    },
  };
}

function keeper(refresh: Refresh): SessionKeeper {
  return new SessionKeeper({ file, clock, refresh });
}

const never: Refresh = () => Promise.reject(new Error('must not be asked'));

describe('SessionKeeper', () => {
  it('keeps a login for its owner only', async () => {
    await keeper(never).store(ORIGIN, tokens(1));
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file.path)).mode & 0o777).toBe(0o700);
    expect(await keeper(never).accessToken(ORIGIN)).toBe('access-1');
    expect(await keeper(never).server()).toBe(ORIGIN);
    expect(await keeper(never).accessToken('https://other.example')).toBeUndefined();
    expect(readdirSync(path.dirname(file.path))).toEqual(['session.json']);
  });

  it('renews once for many that ask at the same time', async () => {
    const server = onceOnly();
    await keeper(server.refresh).store(ORIGIN, tokens(1));
    nowMs += 880_000;
    const keepers = Array.from({ length: 12 }, () => keeper(server.refresh));
    const got = await Promise.all(keepers.map((each) => each.accessToken(ORIGIN)));
    expect(new Set(got)).toEqual(new Set(['access-2']));
    expect(server.refreshes()).toBe(1);
  });

  it('renews a token that was refused before its time', async () => {
    const server = onceOnly();
    await keeper(server.refresh).store(ORIGIN, tokens(1));
    expect(await keeper(server.refresh).renew(ORIGIN, 'access-1')).toBe('access-2');
    expect(await keeper(server.refresh).renew(ORIGIN, 'access-1')).toBe('access-2');
  });

  it('forgets a session that has ended, and that one only', async () => {
    const sessions = keeper(() => Promise.resolve(undefined));
    await sessions.store('https://other.example', tokens(7));
    await sessions.store(ORIGIN, tokens(1));
    nowMs += 900_000;
    expect(await sessions.accessToken(ORIGIN)).toBeUndefined();
    expect(await sessions.find(ORIGIN)).toBeUndefined();
    expect(await sessions.find('https://other.example')).toBeDefined();
  });

  it('keeps the session when the server cannot be reached', async () => {
    await keeper(never).store(ORIGIN, tokens(1));
    nowMs += 900_000;
    await expect(keeper(never).accessToken(ORIGIN)).rejects.toThrow('must not be asked');
    expect((await keeper(never).find(ORIGIN))?.refreshToken).toBe('refresh-1');
    expect(readdirSync(path.dirname(file.path))).toEqual(['session.json']);
  });

  it('takes over the lock of a process that is gone', async () => {
    await keeper(never).store(ORIGIN, tokens(1));
    writeFileSync(`${file.path}.lock`, `999999999 ${hostname()} x`);
    const forgotten = await Promise.all([
      keeper(never).forget(ORIGIN),
      keeper(never).forget(ORIGIN),
    ]);
    expect(forgotten.sort()).toEqual([false, true]);
  });

  it('closes a file that others could read', async () => {
    await keeper(never).store(ORIGIN, tokens(1));
    chmodSync(file.path, 0o644);
    await keeper(never).find(ORIGIN);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"server":null,"sessions":{"a":{}}}'])(
    'says so when the file is damaged: %j',
    async (text) => {
      await keeper(never).store(ORIGIN, tokens(1));
      writeFileSync(file.path, text);
      await expect(keeper(never).find(ORIGIN)).rejects.toMatchObject({
        code: 'session.file-damaged',
      });
    },
  );
});
