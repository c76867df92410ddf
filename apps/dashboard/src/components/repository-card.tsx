import { type RepositoryView } from '@cairn/contracts';
import { type ReactNode } from 'react';
import { CommitId } from './commit-id.js';
import { Ago } from './moment.js';

interface RepositoryCardProps {
  readonly repository: RepositoryView;
  /** Buttons for those who may use them. */
  readonly actions?: ReactNode;
}

function BadRecipes({ recipes }: { readonly recipes: RepositoryView['badRecipes'] }) {
  if (recipes.length === 0) return null;
  return (
    <details className="bad-recipes">
      <summary>
        {recipes.length === 1
          ? '1 recipe could not be read'
          : `${recipes.length} recipes could not be read`}
      </summary>
      <ul>
        {recipes.map((recipe) => (
          <li key={recipe.path}>
            <code>
              {recipe.path}
              {recipe.line === null ? '' : `:${recipe.line}`}
            </code>{' '}
            {recipe.message} <code className="muted">{recipe.code}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** One recipe repository: where it stands, and which of its recipes are bad. */
export function RepositoryCard({ repository, actions }: RepositoryCardProps) {
  const folder = repository.subdirectory === '' ? '' : `, folder ${repository.subdirectory}`;
  return (
    <article className="card">
      <header className="card-head">
        <h3>
          <span className="muted">{repository.project}/</span>
          {repository.name}
        </h3>
        {actions}
      </header>
      <p className="small breaking">
        <code>{repository.url}</code>{' '}
        <span className="muted">
          branch {repository.branch}
          {folder}
        </span>
      </p>
      {repository.error !== null && (
        <p className="note bad">
          {repository.error.message} <code>{repository.error.code}</code>
        </p>
      )}
      <p className="muted small">
        commit <CommitId commit={repository.commit} /> · {repository.recipeCount} recipes · looked{' '}
        <Ago at={repository.refreshedAt} />
      </p>
      <BadRecipes recipes={repository.badRecipes} />
    </article>
  );
}
