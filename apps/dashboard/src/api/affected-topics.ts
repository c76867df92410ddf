import { type EventView } from '@cairn/contracts';
import { type Topic, TOPICS } from './query-keys.js';

const TOPICS_OF: Readonly<Record<string, readonly Topic[]>> = {
  task: ['overview', 'tasks', 'builders', 'rebuilds'],
  rebuild: ['rebuilds', 'tasks'],
  attempt: ['overview', 'tasks', 'builders'],
  builder: ['overview', 'builders'],
  repository: ['overview', 'repositories'],
  project: TOPICS,
  allocation: ['overview'],
  channel: ['overview', 'channels'],
  import: ['overview', 'tasks', 'channels'],
};

/** Which answers an event makes old, by the first word of its kind; an unknown kind ages all of them. */
export function affectedTopics(event: Pick<EventView, 'kind'>): readonly Topic[] {
  if (event.kind === 'task.completed') return [...(TOPICS_OF['task'] ?? TOPICS), 'channels'];
  const area = event.kind.split('.', 1)[0] ?? '';
  return Object.hasOwn(TOPICS_OF, area) ? (TOPICS_OF[area] ?? TOPICS) : TOPICS;
}
