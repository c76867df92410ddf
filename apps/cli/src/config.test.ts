import { expect, it } from 'vitest';
import { loadConfig } from './config.js';

it('takes the server and the place of the session from the environment', () => {
  expect(
    loadConfig({ CAIRN_SERVER: ' https://a ', XDG_CONFIG_HOME: '/x', NO_COLOR: '' }, '/people/ada'),
  ).toEqual({
    server: 'https://a',
    sessionFile: '/x/cairn/session.json',
    cacheDir: '/people/ada/.cache/cairn',
    areColoursWanted: true,
  });
});

it('falls back to the home folder, also when the folder given is relative', () => {
  expect(loadConfig({}, '/people/ada').sessionFile).toBe('/people/ada/.config/cairn/session.json');
  expect(loadConfig({ XDG_CONFIG_HOME: 'x' }, '/people/ada').sessionFile).toBe(
    '/people/ada/.config/cairn/session.json',
  );
});

it('wants no colours when the user or the terminal has none', () => {
  expect(loadConfig({ NO_COLOR: '1' }, '/').areColoursWanted).toBe(false);
  expect(loadConfig({ TERM: 'dumb' }, '/').areColoursWanted).toBe(false);
});
