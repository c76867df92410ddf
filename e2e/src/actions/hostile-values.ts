import fc from 'fast-check';

/** Fragments with which an argument becomes an option, a path leaves its folder, or a text becomes a command. */
const anywhere = (marker: string) =>
  fc.oneof(
    fc.constantFrom(
      `--upload-pack=touch ${marker}`,
      `-oProxyCommand=touch ${marker}`,
      `$(touch ${marker})`,
      `\`touch ${marker}\``,
      `; touch ${marker}`,
      `| touch ${marker}`,
      '--',
      '-',
      '..',
      '../..',
      '../../../../etc/passwd',
      'a/../../b',
      'a\0b',
      'a\nb',
      'a\r\nb',
      'a\u001b[2Jb',
      'a b',
      'a\\b',
    ),
    fc
      .tuple(
        fc.constantFrom('-', '--', '../', '/../', '\0', '\n', '$(', '`'),
        fc.string({ maxLength: 30 }),
      )
      .map(([head, tail]) => head + tail),
    fc
      .tuple(
        fc.string({ maxLength: 15 }),
        fc.constantFrom('\0', '\n', '\r', '\t', '\u007f', '..', ' '),
        fc.string({ maxLength: 15 }),
      )
      .map((parts) => `x${parts.join('')}/..`),
  );

const urls = (marker: string) =>
  fc.oneof(
    anywhere(marker),
    fc.constantFrom(
      `ext::sh -c touch% ${marker}`,
      `ext::touch ${marker}`,
      'fd::17',
      'file:///etc',
      '/etc',
      'http://127.0.0.1/x.git',
      'git@github.com:a/b',
      'https://user:secret@host/x',
      `https://-oProxyCommand=touch ${marker}/y`,
      `ssh://-oProxyCommand=touch%20${marker}/x`,
      `ssh://git@-oProxyCommand=touch/x`,
      'https://h/../x',
      'https://h/%2e%2e/x',
      'https://h/%00',
      'https://h/a%0ab',
      'https://h/--upload-pack=x',
      'http::https://h/x',
      'git+ext::x',
      'git+file:///etc',
      `https://h/${'a'.repeat(3_000)}`,
    ),
  );

const branches = (marker: string) =>
  fc.oneof(
    anywhere(marker),
    fc.constantFrom(
      'a..b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[b',
      'a@{1}',
      'x.lock',
      '.a',
      'a//b',
      '/a',
      'a/',
      '+main:main',
      'refs/heads/-x y',
      'a'.repeat(300),
    ),
  );

const folders = (marker: string) =>
  fc.oneof(
    anywhere(marker),
    fc.constantFrom(
      '/etc',
      './a',
      'a/./b',
      'a//b',
      'a/',
      '.git/hooks',
      '-a',
      'a/-b',
      ':(glob)**',
      'x'.repeat(600),
    ),
  );

const names = (marker: string) =>
  fc.oneof(anywhere(marker), fc.constantFrom('A', 'a.b', 'a/b', 'a*', '>', 'a'.repeat(65), 'ü'));

/** What a stranger may try in each field of a project document. */
export interface HostileProject {
  readonly field:
    'project' | 'profile' | 'channel' | 'repository' | 'url' | 'branch' | 'subdirectory';
  readonly value: string;
}

/** One hostile value in one field; `marker` is the file that would tell of its success. */
export function hostileProject(marker: string): fc.Arbitrary<HostileProject> {
  const of = (field: HostileProject['field'], value: fc.Arbitrary<string>) =>
    fc.record({ field: fc.constant(field), value });
  return fc.oneof(
    of('project', names(marker)),
    of('profile', names(marker)),
    of('channel', names(marker)),
    of('repository', names(marker)),
    { weight: 4, arbitrary: of('url', urls(marker)) },
    { weight: 3, arbitrary: of('branch', branches(marker)) },
    { weight: 3, arbitrary: of('subdirectory', folders(marker)) },
  );
}

/** Names that no recipe may have. */
export function hostileNames(marker: string): fc.Arbitrary<string> {
  return anywhere(marker).filter((name) => !/^[A-Za-z0-9][A-Za-z0-9+._-]*$/.test(name));
}

/** Folders that git can hold and that a command line or a shell could misunderstand. */
export function hostileFolders(marker: string): readonly string[] {
  const flat = marker.replaceAll('/', ' ');
  return [
    '-rf',
    '--upload-pack=x',
    `$(touch${flat})`,
    '`id`',
    'a\nb',
    'a b',
    'a;b',
    ':(glob)x',
    '*',
  ];
}
