import { listRepositories, receiveGithubWebhook } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SummitWorld, WEBHOOK_SECRETS } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.refreshProject();
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

interface Delivery {
  readonly ref?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly event?: string;
  readonly signature?: string;
  readonly url?: string;
  readonly isForm?: boolean;
  /** Sent instead of the body that was signed. */
  readonly tampered?: (body: string) => string;
}

async function deliver(delivery: Delivery = {}) {
  const { ref = 'refs/heads/main', secret = WEBHOOK_SECRETS[0], event = 'push' } = delivery;
  const { isForm = false } = delivery;
  const payload = JSON.stringify({
    ref,
    repository: { clone_url: delivery.url ?? world.recipes.dir },
    pusher: { name: 'Ünïcode' },
  });
  const body = isForm ? new URLSearchParams({ payload }).toString() : payload;
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const response = await fetch(world.summit.api.url + receiveGithubWebhook.path, {
    method: 'POST',
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-github-event': event,
      'x-github-delivery': delivery.id ?? randomUUID(),
      'x-hub-signature-256': delivery.signature ?? signature,
    },
    body: delivery.tampered?.(body) ?? body,
  });
  const answer = (await response.json()) as { status?: string; code?: string };
  return { http: response.status, ...answer };
}

async function standsAt(): Promise<string | null> {
  const { repositories } = await world.admin.call(listRepositories);
  return repositories[0]?.commit ?? null;
}

it.each(WEBHOOK_SECRETS)('reads the new commit after a push signed with %s', async (secret) => {
  const commit = world.recipes.commit({ note: randomUUID() });
  expect(await deliver({ secret })).toMatchObject({ http: 200, status: 'queued' });
  await world.eventually(async () => expect(await standsAt()).toBe(commit));
});

it('reads a delivery that comes as a form too', async () => {
  const commit = world.recipes.commit({ note: randomUUID() });
  expect(await deliver({ isForm: true })).toMatchObject({ http: 200, status: 'queued' });
  await world.eventually(async () => expect(await standsAt()).toBe(commit));
  const empty = await deliver({ isForm: true, tampered: () => 'payload=' });
  expect(empty).toMatchObject({ http: 401 });
});

it.each<[string, Delivery]>([
  ['another secret', { secret: 'guess' }],
  ['no secret', { secret: '' }],
  ['no signature', { signature: '' }],
  ['half a signature', { signature: 'sha256=ab' }],
  ['another algorithm', { signature: `sha1=${'a'.repeat(64)}` }],
  ['a signature of letters', { signature: `sha256=${'z'.repeat(64)}` }],
  ['a tampered body', { tampered: (body) => body.replace('main', 'evil') }],
  ['a body with a blank more', { tampered: (body) => `${body} ` }],
])('refuses a delivery with %s', async (_name, delivery) => {
  const before = await standsAt();
  world.recipes.commit({ note: randomUUID() });
  expect(await deliver(delivery)).toMatchObject({ http: 401, code: 'webhook.signature-invalid' });
  expect(await standsAt()).toBe(before);
});

it('counts a delivery once', async () => {
  const id = randomUUID();
  expect(await deliver({ id })).toMatchObject({ status: 'queued' });
  expect(await deliver({ id })).toMatchObject({ http: 200, status: 'duplicate' });
  expect(await deliver({ id, secret: 'guess' })).toMatchObject({ http: 401 });
});

it.each<[string, Delivery]>([
  ['another branch', { ref: 'refs/heads/topic' }],
  ['a tag', { ref: 'refs/tags/main' }],
  ['another repository', { url: 'https://git.example.org/other.git' }],
  ['another event', { event: 'ping' }],
])('ignores %s', async (_name, delivery) => {
  expect(await deliver(delivery)).toMatchObject({ http: 200, status: 'ignored' });
});

it.each(['', 'a b', '../x', 'x'.repeat(200)])('refuses the delivery id %j', async (id) => {
  expect(await deliver({ id })).toMatchObject({ http: 400, code: 'webhook.unsupported' });
});

it.each(['{', 'null', '[]', '""', '{"ref":7}', '{"ref":"refs/heads/main"}'])(
  'is not harmed by the signed body %s',
  async (body) => {
    const signature = `sha256=${createHmac('sha256', WEBHOOK_SECRETS[0]).update(body).digest('hex')}`;
    const { http } = await deliver({ tampered: () => body, signature });
    expect([200, 400]).toContain(http);
  },
);

it('takes nothing when there is no secret', async () => {
  const http = { ...world.config.http, webhookSecrets: [] };
  const bare = await world.start({ http });
  const before = world.summit;
  world.summit = bare;
  expect(await deliver({ secret: '' })).toMatchObject({ http: 401 });
  world.summit = before;
  await bare.stop();
});
