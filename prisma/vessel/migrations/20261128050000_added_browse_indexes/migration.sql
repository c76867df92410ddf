-- What people search by. Trigrams find a text anywhere in a name or capability. Paths are found by their beginnings or
-- by the beginnings of their last names: there are millions, and each import writes many.

-- Part of Debian's package of Postgres and of the official images; an owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- array_to_string is only stable, for it depends on how elements become texts; texts become themselves.
CREATE FUNCTION capability_text(text[]) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT pg_catalog.array_to_string($1, E'\n') $$;

CREATE INDEX "package_text_idx" ON "package" USING gin ("name" gin_trgm_ops, "source_id" gin_trgm_ops, "summary" gin_trgm_ops);
CREATE INDEX "package_name_prefix_idx" ON "package" (lower("name") text_pattern_ops);
CREATE INDEX "package_provides_text_idx" ON "package" USING gin (capability_text("provides") gin_trgm_ops);
CREATE INDEX "package_provides_idx" ON "package" USING gin ("provides");
CREATE INDEX "package_depends_idx" ON "package" USING gin ("depends");

-- Equality is served by the pattern index as well.
DROP INDEX "package_file_path_idx";
CREATE INDEX "package_file_path_idx" ON "package_file" ("path" text_pattern_ops);
CREATE INDEX "package_file_name_idx" ON "package_file" (substring("path" from '[^/]*$') text_pattern_ops);

-- Who let streams point to a version.
CREATE INDEX "stream_move_channel_id_history_idx" ON "stream_move"("channel_id", "history", "id");
