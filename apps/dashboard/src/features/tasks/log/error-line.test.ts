import { expect, it } from 'vitest';
import { isErrorLine } from './error-line.js';

it.each([
  "main.c:12:3: error: implicit declaration of function 'frobnicate'",
  '\u001b[01m\u001b[Kmain.c:1:\u001b[m \u001b[01;31m\u001b[Kfatal error: \u001b[mx.h: No such file',
  'make: *** [Makefile:9: main.o] Error 1',
  'ninja: FAILED: src/a.o',
  "/usr/bin/ld: a.o: undefined reference to `deflate'",
  'sh: 1: cmake: command not found',
  'error[E0432]: unresolved import `foo`',
  "thread 'main' panicked at src/main.rs:2:5:",
  'Traceback (most recent call last):',
  'fatal: not a git repository',
])('sees the error in %j', (line) => {
  expect(isErrorLine(line)).toBe(true);
});

it.each([
  'gcc -Werror -c main.c',
  '0 errors, 3 warnings',
  'checking for error.h... yes',
  'errors will be written to build.log',
  'Compiling thiserror v1.0.69',
])('sees none in %j', (line) => {
  expect(isErrorLine(line)).toBe(false);
});
