import { describe, expect, it } from 'vitest';
import { parseServer } from './server-address.js';

describe('parseServer', () => {
  it.each([
    ['https://summit.example', 'https://summit.example', true],
    ['https://summit.example:8443/', 'https://summit.example:8443', true],
    ['http://summit.example', 'http://summit.example', false],
    ['http://localhost:5001', 'http://localhost:5001', true],
    ['http://127.0.0.1:5001', 'http://127.0.0.1:5001', true],
    ['http://127.1', 'http://127.0.0.1', true],
    ['http://[::1]:5001', 'http://[::1]:5001', true],
    ['http://127.0.0.1.example', 'http://127.0.0.1.example', false],
    ['http://localhost.example', 'http://localhost.example', false],
    ['http://10.0.0.1', 'http://10.0.0.1', false],
  ])('reads %s', (text, origin, isPrivate) => {
    expect(parseServer(text)).toEqual({ ok: true, value: { origin, isPrivate } });
  });

  it.each([
    'summit.example',
    'ftp://summit.example',
    'file:///etc/passwd',
    'https://user:secret@summit.example',
    'https://summit.example/path',
    'https://summit.example/?x',
    '',
  ])('refuses %s', (text) => {
    expect(parseServer(text).ok).toBe(false);
  });
});
