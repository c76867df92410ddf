import { Link } from 'react-router';
import { PageTitle } from '../components/page-title.js';

export function NotFoundPage() {
  return (
    <>
      <PageTitle title="Not found" />
      <p>
        There is no such page. The <Link to="/">overview</Link> shows what is going on.
      </p>
    </>
  );
}
