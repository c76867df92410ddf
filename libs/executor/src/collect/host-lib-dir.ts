import { readdirSync } from 'node:fs';

const MULTIARCH = /^[a-z0-9_]+-linux-gnu[a-z0-9]*$/;
let found: string | undefined;

/** The folder that a multiarch host keeps its libraries in, such as `/usr/lib/x86_64-linux-gnu`. */
export function hostLibDir(): string | undefined {
  found ??= readdirSync('/usr/lib').find((name) => MULTIARCH.test(name)) ?? '';
  return found === '' ? undefined : `/usr/lib/${found}`;
}
