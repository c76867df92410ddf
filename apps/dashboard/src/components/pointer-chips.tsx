interface PointerChipsProps {
  readonly streams: readonly string[];
  readonly tags: readonly string[];
}

/** The streams and tags that point to something. */
export function PointerChips({ streams, tags }: PointerChipsProps) {
  if (streams.length + tags.length === 0) return <span className="muted">–</span>;
  return (
    <span>
      {streams.map((name) => (
        <span key={name} className="chip stream" title={`stream ${name}`}>
          {name}
        </span>
      ))}
      {tags.map((name) => (
        <span key={name} className="chip" title={`tag ${name}`}>
          tag {name}
        </span>
      ))}
    </span>
  );
}
