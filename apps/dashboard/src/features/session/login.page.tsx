import { useSession } from '../../api/session.js';
import { ErrorNote } from '../../components/error-note.js';
import { PageTitle } from '../../components/page-title.js';
import { useLogin } from './queries.js';

const CODE_LENGTH_MAX = 200;

interface LoginFormProps {
  readonly isBusy: boolean;
  readonly onCode: (code: string) => void;
}

function LoginForm({ isBusy, onCode }: LoginFormProps) {
  return (
    <form
      className="login"
      onSubmit={(event) => {
        event.preventDefault();
        const code = new FormData(event.currentTarget).get('code');
        if (typeof code === 'string' && code.trim() !== '') onCode(code.trim());
      }}
    >
      <label htmlFor="code">One-time code</label>
      <input
        id="code"
        name="code"
        required
        maxLength={CODE_LENGTH_MAX}
        autoComplete="one-time-code"
        autoCapitalize="off"
        spellCheck={false}
        autoFocus
      />
      <button type="submit" className="primary" disabled={isBusy}>
        Log in
      </button>
      <p className="muted small">
        The first start prints a code; an admin makes further ones. Reading needs no login.
      </p>
    </form>
  );
}

/** Logging in with a pasted one-time code. */
export function LoginPage() {
  const session = useSession();
  const login = useLogin();
  return (
    <>
      <PageTitle title="Log in" />
      {session.account === null ? (
        <LoginForm isBusy={login.isPending} onCode={(code) => login.mutate(code)} />
      ) : (
        <p role="status">
          You are logged in as <strong>{session.account.name}</strong> ({session.account.role}).
        </p>
      )}
      {login.error && <ErrorNote error={login.error} />}
    </>
  );
}
