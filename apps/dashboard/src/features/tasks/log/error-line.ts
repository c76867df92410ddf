import { plainText } from './parse-line.js';

/** What compilers, linkers, make, ninja, shells, Python, Rust, git and test runners say when something is wrong. */
const ERROR_SIGNS = new RegExp(
  [
    String.raw`\b(?:fatal )?error(?:\[\w+\])?:`,
    String.raw`^(?:error|fatal|panic)\b[^s]`,
    String.raw`\*\*\* .{0,200}(?:Error \d+|No rule to make)`,
    String.raw`\bFAILED:`,
    String.raw`undefined reference to`,
    String.raw`cannot find -l`,
    String.raw`: command not found`,
    String.raw`: No such file or directory`,
    String.raw`^Traceback \(most recent call last\)`,
    String.raw`panicked at`,
    String.raw`^CMake Error`,
    String.raw`\bAssertion .{0,200}failed`,
  ].join('|'),
  'i',
);

/** Only the beginning of a line is looked at; compilers do not report errors later. */
const LOOKED_AT_LENGTH = 1_000;

/** Whether a line of a build log looks like the report of an error. */
export function isErrorLine(line: string): boolean {
  return ERROR_SIGNS.test(plainText(line.slice(0, LOOKED_AT_LENGTH)));
}
