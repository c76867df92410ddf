import { Component, type ReactNode } from 'react';

interface CrashGuardState {
  readonly error: Error | null;
}

/** Shows what happened instead of an empty page when drawing fails. */
export class CrashGuard extends Component<{ readonly children: ReactNode }, CrashGuardState> {
  override state: CrashGuardState = { error: null };

  static getDerivedStateFromError(error: unknown): CrashGuardState {
    return { error: error instanceof Error ? error : new Error('unknown') };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="crash">
        <h1>This page has failed</h1>
        <p className="note bad">{this.state.error.message}</p>
        <p>
          <a href="/">Load it again</a>
        </p>
      </main>
    );
  }
}
