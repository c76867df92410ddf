import { expect, it } from 'vitest';
import { CliError, cliErrorOf, errorLine } from './cli-error.js';
import { EXIT } from './exit-code.js';

it('is one line that cannot steer the terminal', () => {
  const error = new CliError('task.not-found', 'There is\nno \u001b[31mtask.', {
    exitCode: EXIT.failed,
    nextStep: 'See `cairn task list`.',
  });
  expect(errorLine(error)).toBe(
    'cairn: There is no \\u{1b}[31mtask (task.not-found). See `cairn task list`.',
  );
});

it('cuts what a peer says without end', () => {
  const error = new CliError('x', 'a'.repeat(10_000), { exitCode: EXIT.failed });
  expect(errorLine(error).length).toBeLessThan(700);
});

it('tells an unexpected failure without its stack', () => {
  const error = cliErrorOf(new TypeError('x is not a function'));
  expect(error).toMatchObject({ code: 'cli.unexpected', exitCode: EXIT.failed });
  expect(errorLine(error)).not.toContain('.ts');
});
