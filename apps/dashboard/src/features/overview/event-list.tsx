import { type EventView } from '@cairn/contracts';
import { Link } from 'react-router';
import { Ago } from '../../components/moment.js';

/** Things that happened, newest first. */
export function EventList({ events }: { readonly events: readonly EventView[] }) {
  if (events.length === 0) return <p className="muted">Nothing has happened yet.</p>;
  return (
    <ol className="events">
      {events.map((event) => (
        <li key={event.id}>
          <span className="muted small">
            <Ago at={event.at} />
          </span>
          <span>
            {event.taskId === null ? (
              event.sentence
            ) : (
              <Link to={`/tasks/${event.taskId}`}>{event.sentence}</Link>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
