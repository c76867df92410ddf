import { expect, it } from 'vitest';
import { affectedTopics } from './affected-topics.js';
import { TOPICS } from './query-keys.js';

it.each([
  ['task.dispatched', ['overview', 'tasks', 'builders', 'rebuilds']],
  ['task.completed', ['overview', 'tasks', 'builders', 'rebuilds', 'channels']],
  ['rebuild.round', ['rebuilds', 'tasks']],
  ['builder.connected', ['overview', 'builders']],
  ['repository.refreshed', ['overview', 'repositories']],
])('knows what %s makes old', (kind, topics) => {
  expect(affectedTopics({ kind })).toEqual(topics);
});

it.each(['', 'constructor.x', 'something.new'])(
  'takes the unknown kind %j for everything',
  (kind) => {
    expect(affectedTopics({ kind })).toEqual(TOPICS);
  },
);
