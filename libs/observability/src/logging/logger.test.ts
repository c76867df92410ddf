import { expect, it } from 'vitest';
import { runInContext } from '../work-context.js';
import { newTrace } from '../trace-context.js';
import { createLogger } from './logger.js';
import { NestLogger } from './nest-logger.js';
import { SECRET_FIELDS } from './redaction.js';

function capture(): {
  readonly log: ReturnType<typeof createLogger>;
  readonly lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  return {
    log: createLogger({ name: 'summit', level: 'trace', destination }),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

it('writes one JSON object with a constant sentence, the level as a word and the fields', () => {
  const { log, lines } = capture();
  log.warn({ taskId: 7 }, 'Task requeued');
  expect(lines()).toEqual([
    expect.objectContaining({ level: 'warn', name: 'summit', taskId: 7, msg: 'Task requeued' }),
  ]);
});

it('lets no secret field into a line, at any of four depths', () => {
  const { log, lines } = capture();
  const secrets = Object.fromEntries(SECRET_FIELDS.map((field) => [field, 'hunter2']));
  log.info({ ...secrets, request: { headers: secrets, body: { login: secrets } } }, 'Request');
  const line = JSON.stringify(lines()[0]);
  expect(line).not.toContain('hunter2');
  expect(line.match(/\[secret\]/g)).toHaveLength(SECRET_FIELDS.length * 3);
});

it('removes the password of a URL in an error, but not the rest of it', () => {
  const { log, lines } = capture();
  log.error({ err: new Error('no route to postgresql://cairn:hunter2@db:5432/x') }, 'Lost');
  const line = JSON.stringify(lines()[0]);
  expect(line).not.toContain('hunter2');
  expect(line).toContain('postgresql://cairn:[secret]@db:5432/x');
});

it('adds the fields and the trace of the surrounding work', async () => {
  const { log, lines } = capture();
  const trace = newTrace();
  await runInContext({ trace, fields: { taskId: 7 } }, async () => {
    await Promise.resolve();
    runInContext({ fields: { builderId: 'b1' } }, () => log.info('Inner'));
  });
  log.info('Outer');
  expect(lines()[0]).toMatchObject({ taskId: 7, builderId: 'b1', traceId: trace.traceId });
  expect(lines()[1]).not.toHaveProperty('taskId');
});

it("passes Nest's messages on with the class that spoke", () => {
  const { log, lines } = capture();
  const nest = new NestLogger(log);
  nest.log('Mapped {/api}', 'RouterExplorer');
  nest.error(new Error('broken'), 'stack', 'ExceptionsHandler');
  expect(lines()).toEqual([
    expect.objectContaining({ level: 'debug', nest: 'RouterExplorer', msg: 'Mapped {/api}' }),
    expect.objectContaining({ level: 'error', nest: 'ExceptionsHandler', msg: 'Framework error' }),
  ]);
});
