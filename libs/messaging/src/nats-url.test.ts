import { expect, it } from 'vitest';
import { checkNatsUrl } from './nats-url.js';

it.each([
  'nats://127.0.0.1:4222',
  'ws://localhost:80',
  'tls://hub.example:4222',
  'wss://hub.example',
  'nats://[::1]:4222',
])('takes %s', (url) => {
  expect(checkNatsUrl(url).href).toContain('//');
});

it.each([
  'nats://hub.example:4222',
  'ws://10.0.0.1',
  'http://127.0.0.1',
  'hub',
  'nats://127.0.0.1.example:1',
])('refuses %s', (url) => {
  expect(() => checkNatsUrl(url)).toThrow(/use/);
});
