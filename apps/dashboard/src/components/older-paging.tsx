import { Link, useSearchParams } from 'react-router';

interface OlderPagingProps {
  readonly before: string | undefined;
  /** What `before` is on the next page; null on the last. */
  readonly next: string | null;
  readonly what: string;
}

/** The way through a list that begins with the newest and whose place is `before` in the address. */
export function OlderPaging({ before, next, what }: OlderPagingProps) {
  const [params] = useSearchParams();
  const to = (place: string | undefined) => {
    const changed = new URLSearchParams(params);
    if (place === undefined) changed.delete('before');
    else changed.set('before', place);
    return { search: changed.toString() };
  };
  return (
    <nav className="paging" aria-label="Pages of the list">
      {before !== undefined && <Link to={to(undefined)}>Newest</Link>}
      {next !== null && <Link to={to(next)}>Older {what}</Link>}
    </nav>
  );
}
