import { SEARCH_LENGTH_MAX } from '@cairn/contracts';
import { type ReactNode } from 'react';

interface SearchFormProps {
  readonly label: string;
  readonly value: string | undefined;
  /** With undefined for a blank text. */
  readonly onSearch: (text: string | undefined) => void;
  /** Further fields, before the text. */
  readonly children?: ReactNode;
}

/** Searches when asked to, not at every key. */
export function SearchForm({ label, value, onSearch, children }: SearchFormProps) {
  return (
    <form
      className="filter"
      role="search"
      // A changed address (back button, link) shows itself in the field.
      key={value ?? ''}
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get('search');
        const wanted = typeof text === 'string' ? text.trim() : '';
        onSearch(wanted === '' ? undefined : wanted);
      }}
    >
      {children}
      <label>
        {label}{' '}
        <input
          name="search"
          type="search"
          maxLength={SEARCH_LENGTH_MAX}
          autoComplete="off"
          spellCheck={false}
          defaultValue={value ?? ''}
        />
      </label>
      <button type="submit">Search</button>
    </form>
  );
}
