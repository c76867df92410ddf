import { type ReactNode } from 'react';

interface PageTitleProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** A page's heading, with its actions, and the same words in the browser's title. */
export function PageTitle({ title, children }: PageTitleProps) {
  return (
    <header className="page-title">
      <title>{`${title} · Cairn`}</title>
      <h1>{title}</h1>
      {children}
    </header>
  );
}
