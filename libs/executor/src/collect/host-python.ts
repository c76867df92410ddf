import { readlinkSync } from 'node:fs';

/** Where no Python is, nothing can be older than this. */
const NEWEST = '3.99';
let found: string | undefined;

/** Version of the host's Python, such as `3.11`. */
export function hostPythonVersion(): string {
  found ??= readVersion();
  return found;
}

function readVersion(): string {
  try {
    return /python(3\.\d+)$/.exec(readlinkSync('/usr/bin/python3'))?.[1] ?? NEWEST;
  } catch {
    return NEWEST;
  }
}
