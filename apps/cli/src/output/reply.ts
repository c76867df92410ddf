import { printJson, printLine } from '../stone/terminal.js';

/** Prints a reply: as JSON when that was asked for, otherwise as the lines made of it. */
export function printReply<T>(
  reply: T,
  options: { readonly json?: boolean },
  lines: (reply: T) => readonly string[],
): void {
  if (options.json === true) printJson(reply);
  else for (const line of lines(reply)) printLine(line);
}

/** A remark for the person at the terminal; never part of the results. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}
