import { Link } from 'react-router';
import { useLogout, useSession } from '../api/session.js';

/** Who is logged in, with the way in or out. */
export function AccountCorner() {
  const { account, csrfToken } = useSession();
  const logout = useLogout(csrfToken);
  if (account === null) return <Link to="/login">Log in</Link>;
  return (
    <span className="account">
      <span title={account.role}>{account.name}</span>
      <button type="button" disabled={logout.isPending} onClick={() => logout.mutate()}>
        Log out
      </button>
    </span>
  );
}
