import { type BuiltVersionPage } from '@cairn/contracts';
import { Link } from 'react-router';
import { differencePath, packagePath } from '../../components/channel-paths.js';

type Version = BuiltVersionPage['versions'][number];

/** What a version changed against the one it was made from. */
export function VersionChanges(props: { readonly channel: string; readonly version: Version }) {
  const { channel, version } = props;
  const { putCount, removedCount, packages, parent, history } = version;
  const count = putCount + removedCount;
  if (count === 0) return <span className="muted">nothing</span>;
  const others = count - packages.length;
  return (
    <div>
      {packages.map(({ name, architecture, release }, at) => (
        <span key={`${name}/${architecture}`}>
          {at > 0 && ', '}
          {release === null ? (
            <span className="gone">{name} removed</span>
          ) : (
            <Link to={packagePath({ channel, name, architecture, version: `history/${history}` })}>
              {name} <span className="version">{release}</span>
            </Link>
          )}
        </span>
      ))}
      {others > 0 && <span className="muted"> and {others.toLocaleString()} more</span>}
      {parent !== null && (
        <>
          {' · '}
          <Link
            to={differencePath(channel, `history/${parent}`, `history/${history}`)}
            title={`What differs from ${parent}`}
          >
            compare
          </Link>
        </>
      )}
    </div>
  );
}

function Work({ work }: { readonly work: NonNullable<Version['work']> }) {
  const others = work.taskCount - 1;
  return (
    <li>
      {work.rebuildId === null ? (
        <Link to={`/tasks/${work.taskId}`}>
          {work.source} (task {work.taskId})
        </Link>
      ) : (
        <Link to={`/rebuilds/${work.rebuildId}`}>a rebuild</Link>
      )}
      {others > 0 && ` and ${others} more`}
    </li>
  );
}

/** Which tasks made a version, and how streams came to point to it. */
export function VersionMakers({ version }: { readonly version: Version }) {
  const { moves, work } = version;
  if (moves.length === 0 && work === null) return <span className="muted">unknown</span>;
  return (
    <ul className="plain">
      {work !== null && <Work work={work} />}
      {moves.map(({ stream, cause, account, reason, at }) => (
        <li key={`${stream}/${at}`}>
          {stream}: {cause}
          {account !== '' && ` by ${account}`}
          {reason !== '' && <span className="muted"> “{reason}”</span>}
        </li>
      ))}
    </ul>
  );
}
