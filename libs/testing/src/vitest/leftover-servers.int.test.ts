import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { makeTestFolder } from './test-folder.js';

const folder = makeTestFolder();
afterAll(() => folder.remove());

it('fails a test file that forgot a server, names the server and ends it', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const config = join(root, 'libs/testing/fixtures/forgetful/vitest.config.mjs');
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--config', config],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', VITEST: '', TMPDIR: folder.dir } },
  );
  const pid = /did not stop: nats \((\d+)\)/.exec(stdout + stderr)?.[1];
  expect(status).toBe(1);
  expect(stdout).toContain('1 passed');
  expect(pid).toBeDefined();
  await eventually(() => expect(existsSync(`/proc/${pid ?? 'self'}`)).toBe(false));
});
