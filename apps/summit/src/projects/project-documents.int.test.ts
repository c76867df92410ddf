import {
  applyProject,
  listAudit,
  listProjects,
  listRepositories,
  planProject,
} from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import fc from 'fast-check';
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

const PROFILE = '  - { name: default, architecture: x86_64, channel: main }';

interface Parts {
  readonly project?: string;
  readonly more?: string;
  readonly repositories?: readonly string[];
}

function document(parts: Parts = {}): string {
  const { project = 'main', more = '', repositories = [] } = parts;
  const list = repositories.map((each) => `  - ${each}`).join('\n');
  return `project: ${project}\nprofiles:\n${PROFILE}\nrepositories:${list === '' ? ' []' : `\n${list}`}\n${more}`;
}

const plan = (text: string) => world.admin.send(planProject, { body: { document: text } });
const apply = (text: string) => world.admin.call(applyProject, { body: { document: text } });

function repository(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: 'recipes', url: 'https://git.example.org/recipes.git', ...fields });
}

it('shows what a document would change, and changes nothing until it is applied', async () => {
  const text = document({ project: 'first', repositories: [repository()] });
  const planned = await plan(text);
  expect(planned.body).toMatchObject({
    project: 'first',
    changes: [
      { action: 'add', what: 'project first' },
      { action: 'add', what: 'profile default' },
      { action: 'add', what: 'repository recipes' },
    ],
  });
  const before = await world.admin.call(listProjects);
  expect(before.projects.map(({ name }) => name)).not.toContain('first');
  expect(await apply(text)).toEqual(planned.body);
  const after = await world.admin.call(listProjects);
  expect(after.projects.find(({ name }) => name === 'first')?.profiles).toEqual([
    { name: 'default', architecture: 'x86_64', channel: 'main', stream: 'volatile' },
  ]);
  expect((await plan(text)).body).toEqual({ project: 'first', changes: [] });
});

it('names each field that differs, and what goes', async () => {
  const first = [repository(), repository({ name: 'extra' })];
  await apply(document({ project: 'second', repositories: first }));
  const next = document({
    project: 'second',
    repositories: [repository({ branch: 'stable', subdirectory: 'packages' })],
    more: 'sizes: { linux: large }\nbuilders: { sizes: { attic: medium } }\n',
  });
  const { changes } = await apply(next);
  expect(changes).toMatchObject([
    { action: 'remove', what: 'repository extra' },
    { action: 'change', what: 'repository recipes: branch', from: 'main', to: 'stable' },
    { action: 'change', what: 'repository recipes: subdirectory', from: '', to: 'packages' },
    { action: 'change', what: 'builder size: attic', to: 'medium' },
    { action: 'change', what: 'recipe size: linux', to: 'large' },
  ]);
  const { repositories } = await world.admin.call(listRepositories);
  const names = repositories.filter(({ project }) => project === 'second').map(({ name }) => name);
  expect(names).toEqual(['recipes']);
});

it('asks vessel for the channels and streams of all profiles', async () => {
  const text = `project: third
profiles:
  - { name: a, architecture: x86_64, channel: wide }
  - { name: b, architecture: aarch64, channel: wide, stream: nightly }
repositories: []
`;
  await apply(text);
  const asked = await world.eventually(() => {
    const found = world.vessel.channels.find(({ channel }) => channel === 'wide');
    if (found === undefined) throw new Error('not asked');
    return found;
  });
  expect(asked.architectures).toEqual(['x86_64', 'aarch64']);
  expect(asked.streams).toEqual(['volatile', 'nightly']);
});

it('keeps what it knows of a repository that stays, and forgets the commit of one that moved', async () => {
  const commit = world.recipes.commitRecipes({ name: 'nano' });
  await world.applyProject();
  await world.refresh(commit);
  const commitOf = async () => {
    const { repositories } = await world.admin.call(listRepositories);
    return repositories.find(({ project }) => project === 'main')?.commit;
  };
  await apply(world.projectText().replace('86400', '3600'));
  expect(await commitOf()).toBe(commit);
  await apply(world.projectText({ branch: 'elsewhere' }));
  expect(await commitOf()).toBeNull();
});

it('writes the command down with its account', async () => {
  await apply(document({ project: 'audited' }));
  const { entries } = await world.admin.call(listAudit, { query: { limit: 1 } });
  expect(entries).toMatchObject([{ account: 'ada', action: 'project.apply', subject: 'audited' }]);
});

it('says where bad YAML goes wrong', async () => {
  const { status, body } = await plan('project: main\nprofiles: [\n  - }\n');
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid', details: { line: 3 } });
});

it.each([
  ['an unknown field', document({ more: 'colour: red\n' }), 'colour'],
  [
    'an unknown field of a repository',
    document({ repositories: [repository({ tag: 'v1' })] }),
    'tag',
  ],
  ['an unknown profile', document({ repositories: [repository({ profiles: ['none'] })] }), 'none'],
  ['two of one name', document({ repositories: [repository(), repository()] }), 'must differ'],
  ['no profile', 'project: main\nprofiles: []\nrepositories: []\n', 'profiles'],
  ['a name that is a path', document({ project: '../main' }), 'project'],
  ['nothing', '', 'expected object'],
  ['a list', '- 1\n- 2\n', 'expected object'],
  ['two documents', `${document()}---\n${document()}`, ''],
  ['a key twice', `${document()}project: other\n`, 'unique'],
])('refuses %s', async (_name, text, part) => {
  const { status, body } = await plan(text);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid' });
  expect(JSON.stringify(body)).toContain(part);
});

it('refuses a document that grows without end when it is read', async () => {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const before =
      i === 0
        ? '"lol"'
        : Array<string>(9)
            .fill(`*a${i - 1}`)
            .join(', ');
    return `a${i}: &a${i} [${before}]`;
  });
  const { status, body } = await plan(levels.join('\n'));
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid' });
});

it('takes or refuses, but never fails on, text that the database cannot hold', async () => {
  for (const more of [
    'summary: "a\\0b"\n',
    'summary: "\\uD800"\n',
    'builders: { sizes: { "a\\0b": small } }\n',
    'bootstrap: [{ source: glibc, without: ["a\\0b"] }]\n',
    'bootstrap: [{ source: glibc, without: ["\\uD800"] }]\n',
  ]) {
    const { status } = await world.admin.send(applyProject, {
      body: { document: document({ project: 'odd', more }) },
    });
    expect([200, 400], more).toContain(status);
  }
});

const EVIL_URLS = [
  'ext::sh -c "touch /tmp/owned"',
  'ext::/bin/true',
  '--upload-pack=touch /tmp/owned',
  '-oProxyCommand=touch',
  'ssh://-oProxyCommand=x/y',
  'https://user:secret@git.example.org/r.git',
  'https://git.example.org/../../etc',
  'https://git.example.org/a%2e%2e/b',
  'https://git.example.org/r.git\n[core]',
  'https://git.example.org/r.git\u0000',
  'git://git.example.org/r.git',
  'ftp://git.example.org/r.git',
  'fd::17/foo',
  'git@git.example.org:recipes.git',
  'https://',
  '',
  'file:///etc/../etc',
  `https://git.example.org/${'a'.repeat(3_000)}`,
];

it.each(EVIL_URLS)('refuses the repository address %j', async (url) => {
  const { status, body } = await plan(document({ repositories: [repository({ url })] }));
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid' });
  expect(JSON.stringify(body)).not.toContain('secret');
});

it.each([
  '--upload-pack=x',
  '-b',
  'a..b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '@{-1}',
  'a@{1}',
  'refs.lock',
  'a/',
  '/a',
  'a//b',
  '',
  'a\nb',
  'a\u0000',
  'HEAD',
  'a/.b',
  'a.',
  'a/-b',
])('refuses the branch %j', async (branch) => {
  const { status, body } = await plan(document({ repositories: [repository({ branch })] }));
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid' });
});

it.each([
  '..',
  '../x',
  'a/../b',
  '/etc',
  '.',
  './a',
  'a//b',
  '-x',
  '.git',
  'a/.git',
  'a\u0000',
  'a\nb',
  ':(top)',
])('refuses the folder %j', async (subdirectory) => {
  const { status, body } = await plan(document({ repositories: [repository({ subdirectory })] }));
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'project.invalid' });
});

it('takes no place of a repository by which git or the file system could be led astray', async () => {
  const evil = fc.oneof(
    fc.constantFrom(
      '--upload-pack=',
      '-c',
      'ext::',
      '..',
      '/',
      '\\',
      '\n',
      '\0',
      '@{',
      '~',
      ':',
      '$(id)',
    ),
    fc.constantFrom(
      '`id`',
      ';',
      '|',
      '&',
      ' ',
      '%2e%2e',
      '.git',
      '.lock',
      'file://',
      '\u202e',
      'é',
    ),
    fc.string({ maxLength: 6 }),
  );
  const text = fc.array(evil, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  const fields = fc.oneof(
    text.map((url) => ({ url })),
    text.map((end) => ({ url: `https://git.example.org/${end}` })),
    text.map((host) => ({ url: `ssh://${host}/r.git` })),
    text.map((branch) => ({ branch })),
    text.map((subdirectory) => ({ subdirectory })),
    text.map((name) => ({ name })),
  );
  await fc.assert(
    fc.asyncProperty(fields, async (field) => {
      const { status } = await plan(document({ repositories: [repository(field)] }));
      if (status !== 200) {
        expect(status).toBe(400);
        return;
      }
      const [value = ''] = Object.values(field);
      expect(value).not.toMatch(/^-|[\u0000-\u0020\u007f\\]|ext::/);
      if ('url' in field) return; // A local folder may have any name: git gets it as one argument.
      expect(value).not.toMatch(/\/-|(^|\/)\.\.?(\/|$)|@\{/);
    }),
    { numRuns: 200 },
  );
});

it('refuses repositories of this machine unless they are allowed', async () => {
  const strict = await world.start({ areLocalRepositoriesAllowed: false });
  for (const url of ['/etc', 'file:///etc', 'http://127.0.0.1/r.git']) {
    const { status } = await strict.api
      .with(world.adminHeaders)
      .send(planProject, { body: { document: document({ repositories: [repository({ url })] }) } });
    expect(status, url).toBe(400);
  }
  await strict.stop();
});
