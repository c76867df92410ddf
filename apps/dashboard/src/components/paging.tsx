import { Link, useSearchParams } from 'react-router';

interface PagingProps {
  readonly offset: number;
  readonly pageSize: number;
  readonly total: number;
  /** There is more than was counted. */
  readonly isCut?: boolean;
}

/** The way to the other pages of a list whose place is `offset` in the address. */
export function Paging({ offset, pageSize, total, isCut = false }: PagingProps) {
  const [params] = useSearchParams();
  const to = (place: number) => {
    const changed = new URLSearchParams(params);
    if (place > 0) changed.set('offset', String(place));
    else changed.delete('offset');
    return { search: changed.toString() };
  };
  const last = Math.min(total, offset + pageSize);
  return (
    <nav className="paging" aria-label="Pages of the list">
      {offset > 0 && <Link to={to(Math.max(0, offset - pageSize))}>Previous</Link>}
      {total > offset && (
        <span className="muted">
          {(offset + 1).toLocaleString()} to {last.toLocaleString()} of {isCut && 'more than '}
          {total.toLocaleString()}
        </span>
      )}
      {last < total && <Link to={to(offset + pageSize)}>Next</Link>}
    </nav>
  );
}
