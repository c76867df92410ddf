import { err, ok, type Brand, type Result } from '@cairn/std';

/** The address of a repository that git may be handed as an argument. */
export type GitUrl = Brand<string, 'GitUrl'>;
/** A branch name without `refs/heads/`, valid by git's own rules and never an option. */
export type BranchName = Brand<string, 'BranchName'>;
/** A full object id: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type CommitId = Brand<string, 'CommitId'>;
/** A path inside a repository: relative, with `/` between names, without `.` and `..`. */
export type RelativePath = Brand<string, 'RelativePath'>;

/** An input that must not reach git. `message` never repeats the input: it may be hostile. */
export interface GitInputError {
  readonly code: 'git.bad-url' | 'git.bad-branch' | 'git.bad-commit' | 'git.bad-path';
  readonly message: string;
}

const URL_LENGTH_MAX = 2_048;
const BRANCH_LENGTH_MAX = 244;
const PATH_LENGTH_MAX = 4_096;
const NAME_LENGTH_MAX = 255;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;
const URL_PATH = /^\/[A-Za-z0-9._~%+@/-]*$/;
const SSH_USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const LOCAL_PATH = /^\/[^\\]*$/;

/**
 * Accepts `https://`, `ssh://` and the same behind `git+`; `http://`, `file://` and absolute paths only with `allowLocal`.
 * Refuses other transports (`ext::`), credentials, options, control characters and more than 2,048 characters.
 */
export function parseGitUrl(
  text: string,
  options: { readonly allowLocal: boolean },
): Result<GitUrl, GitInputError> {
  const bad = (message: string): Result<GitUrl, GitInputError> =>
    err({ code: 'git.bad-url', message });
  if (text.length === 0 || text.length > URL_LENGTH_MAX)
    return bad('The address is empty or too long.');
  if (CONTROL.test(text)) return bad('The address holds a control character.');
  if (text.startsWith('/'))
    return options.allowLocal ? localUrl(text) : bad('Local repositories are not allowed here.');
  if (/\s/u.test(text)) return bad('The address holds a blank.');
  const plain = text.startsWith('git+') ? text.slice('git+'.length) : text;
  const scheme = /^([a-z]+):\/\//.exec(plain)?.[1];
  switch (scheme) {
    case 'https':
      return remoteUrl(plain);
    case 'ssh':
      return remoteUrl(plain);
    case 'http':
      return options.allowLocal ? remoteUrl(plain) : bad('Plain http is not allowed here.');
    case 'file':
      return options.allowLocal
        ? localUrl(plain.slice('file://'.length))
        : bad('Local repositories are not allowed here.');
    default:
      return bad('The address must begin with https:// or ssh://.');
  }
}

function remoteUrl(text: string): Result<GitUrl, GitInputError> {
  const bad = (message: string): Result<GitUrl, GitInputError> =>
    err({ code: 'git.bad-url', message });
  if (!URL.canParse(text)) return bad('The address cannot be read.');
  const url = new URL(text);
  // The text itself is matched too: what the URL parser forgives, another reader may understand differently.
  const authority = /^[a-z]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const at = authority.lastIndexOf('@');
  const user = at === -1 ? '' : authority.slice(0, at);
  if (user !== '' && !(url.protocol === 'ssh:' && SSH_USER.test(user)))
    return bad('The address must not hold credentials.');
  if (at !== -1 && user === '') return bad('The address must not hold credentials.');
  const host = authority.slice(at + 1).replace(/:[0-9]{1,5}$/, '');
  if (!HOST.test(host.toLowerCase()) || url.hostname !== host.toLowerCase())
    return bad('The host name is not valid.');
  const path = text.slice(text.indexOf(authority) + authority.length);
  if (path.length < 2 || !URL_PATH.test(path))
    return bad('The path of the address is missing or not valid.');
  if (path.split('/').some((part) => part === '..' || part === '.' || part.startsWith('-'))) {
    return bad('The path of the address must not hold dots or options.');
  }
  return /%(?![0-9A-Fa-f]{2})|%(?:00|0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff]|2[Ee]|2[Ff]|5[Cc])/.test(path)
    ? bad('The path of the address holds a forbidden escape.')
    : ok(text as GitUrl);
}

function localUrl(path: string): Result<GitUrl, GitInputError> {
  const parts = path.split('/').slice(1);
  const clean =
    LOCAL_PATH.test(path) &&
    parts.every(
      (part) => part !== '..' && part !== '.' && !part.startsWith('-') && part.trim() === part,
    );
  return clean && path.length > 1
    ? ok(path as GitUrl)
    : err({
        code: 'git.bad-url',
        message: 'A local repository needs an absolute path without dots or options.',
      });
}

/** Applies git's own rules for branch names, refuses a leading `-`, and at most 244 characters. */
export function parseBranchName(text: string): Result<BranchName, GitInputError> {
  const forbidden =
    text === '' ||
    text.length > BRANCH_LENGTH_MAX ||
    CONTROL.test(text) ||
    /[\s~^:?*[\\]/u.test(text) ||
    text.includes('..') ||
    text.includes('@{') ||
    text === '@' ||
    text === 'HEAD' ||
    text.startsWith('-') ||
    text.endsWith('.') ||
    text
      .split('/')
      .some(
        (part) =>
          part === '' || part.startsWith('.') || part.startsWith('-') || part.endsWith('.lock'),
      );
  return forbidden
    ? err({ code: 'git.bad-branch', message: 'This is not a valid branch name.' })
    : ok(text as BranchName);
}

/** Accepts a full object id only: no abbreviations, no names, no expressions. */
export function parseCommitId(text: string): Result<CommitId, GitInputError> {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
    ? ok(text as CommitId)
    : err({
        code: 'git.bad-commit',
        message: 'A commit is named by its full id of 40 or 64 hexadecimal digits.',
      });
}

/** Accepts a relative path of plain names; refuses `..`, absolute paths, NUL, backslashes and names that look like options. */
export function parseRelativePath(text: string): Result<RelativePath, GitInputError> {
  const bad = (message: string): Result<RelativePath, GitInputError> =>
    err({ code: 'git.bad-path', message });
  if (text === '' || text.length > PATH_LENGTH_MAX) return bad('The path is empty or too long.');
  if (CONTROL.test(text) || text.includes('\\'))
    return bad('The path holds a control character or a backslash.');
  if (text.startsWith('/')) return bad('The path must be relative.');
  const parts = text.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return bad('The path must not hold empty names or dots.');
  if (parts.some((part) => part.length > NAME_LENGTH_MAX || part.startsWith('-'))) {
    return bad('A name in the path is too long or looks like an option.');
  }
  return parts.some((part) => part.toLowerCase() === '.git')
    ? bad('The path must not enter .git.')
    : ok(text as RelativePath);
}
