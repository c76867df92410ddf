import { expect, it } from 'vitest';
import { givesRights, modeText } from './file-mode.js';

it.each([
  [0o100_644, '-rw-r--r--', false],
  [0o120_777, 'lrwxrwxrwx', false],
  [0o104_755, '-rwsr-xr-x', true],
  [0o102_640, '-rw-r-S---', true],
  [0o041_777, 'drwxrwxrwt', false],
  [0, '?---------', false],
])('writes %o as %s', (mode, text, isPrivileged) => {
  expect(modeText(mode)).toBe(text);
  expect(givesRights(mode)).toBe(isPrivileged);
});
