import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import type { Instant } from '@cairn/std';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openRepository } from '../control/repository-world.conformance.js';
import { seekWriterLock } from '../persistence/writer-lock.js';
import { DraftNames } from './domain/draft-name.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
afterAll(() => folder.remove());

it('removes the drafts of processes that are gone, and no others', async () => {
  const clock = new ManualClock(Date.now() as Instant);
  const world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  const put = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  const writerId = randomUUID();
  const writerLock = seekWriterLock({
    connectionString: world.db.connectionString,
    writerId,
    onTrouble: (error) => expect(error).toBeUndefined(),
  });
  try {
    await writerLock.held;
    const living = new DraftNames(writerId);
    const gone = new DraftNames(randomUUID());
    const places = [
      world.publicDir,
      join(world.publicDir, 'main/history/1/x86_64'),
      join(world.poolDir, 'ab'),
    ];
    const theirs = places.map((dir) => put(join(dir, living.next())));
    const left = places.map((dir) => put(join(dir, gone.next())));
    const nameless = put(join(world.poolDir, 'ab', 'something.partial'));
    const finished = put(join(world.publicDir, 'main/history/1/x86_64/stone.index'));
    const outside = put(join(folder.dir, 'outside', gone.next()));
    symlinkSync(dirname(outside), join(world.publicDir, 'link'));

    expect(await world.draftSweeper.sweep()).toBe(4);
    expect([...left, nameless].filter(existsSync)).toEqual([]);
    const kept = [...theirs, finished, outside];
    expect(kept.filter(existsSync)).toEqual(kept);

    await writerLock.release();
    expect(await world.draftSweeper.sweep()).toBe(3);
    expect(theirs.filter(existsSync)).toEqual([]);
  } finally {
    await writerLock.release();
    await world.close();
  }
});
