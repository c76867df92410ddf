/** What a reader of the log sees where a secret stood. */
export const REDACTED = '[secret]';

/** Fields that never reach a log, at the top of a line and down to three levels below. */
export const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'accessToken',
  'refreshToken',
  'loginCode',
  'enrolmentCode',
  'csrfToken',
  'jwt',
  'seed',
  'privateKey',
  'credentials',
  'connectionString',
] as const;

const DEPTH_MAX = 3;
/** The password in a URL such as `postgresql://user:password@host/`. */
const URL_PASSWORD = /(:\/\/[^\s:/@]*):[^\s@/]+@/g;

/** The paths of the secret fields in the notation of pino. */
export function redactionPaths(): string[] {
  return SECRET_FIELDS.flatMap((field) => {
    const last = field.includes('-') ? `["${field}"]` : field;
    return Array.from({ length: DEPTH_MAX + 1 }, (_, depth) => {
      const prefix = Array<string>(depth).fill('*').join('.');
      if (prefix === '') return last;
      return last.startsWith('[') ? `${prefix}${last}` : `${prefix}.${last}`;
    });
  });
}

/** The text with the passwords of all URLs in it removed. */
export function withoutUrlPasswords(text: string): string {
  return text.replace(URL_PASSWORD, `$1:${REDACTED}@`);
}
