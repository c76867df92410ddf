-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "channel" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "architectures" TEXT[],
    "last_history" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "version" (
    "id" SERIAL NOT NULL,
    "channel_id" INTEGER NOT NULL,
    "history" BIGINT NOT NULL,
    "parent_id" INTEGER,
    "kind" TEXT NOT NULL,
    "change_set_id" UUID,
    "architectures" TEXT[],
    "package_count" INTEGER NOT NULL,
    "chain_length" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "files_written_at" TIMESTAMPTZ(3),

    CONSTRAINT "version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "version_change" (
    "version_id" INTEGER NOT NULL,
    "architecture" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "package_id" INTEGER,

    CONSTRAINT "version_change_pkey" PRIMARY KEY ("version_id","architecture","name")
);

-- CreateTable
CREATE TABLE "version_checkpoint" (
    "version_id" INTEGER NOT NULL,
    "package_ids" INTEGER[],

    CONSTRAINT "version_checkpoint_pkey" PRIMARY KEY ("version_id")
);

-- CreateTable
CREATE TABLE "stream" (
    "channel_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stream_pkey" PRIMARY KEY ("channel_id","name")
);

-- CreateTable
CREATE TABLE "tag" (
    "channel_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tag_pkey" PRIMARY KEY ("channel_id","name")
);

-- CreateTable
CREATE TABLE "blob" (
    "sha256" CHAR(64) NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blob_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "package" (
    "id" SERIAL NOT NULL,
    "sha256" CHAR(64) NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source_release" BIGINT NOT NULL,
    "build_release" BIGINT NOT NULL,
    "architecture" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "homepage" TEXT NOT NULL,
    "licenses" TEXT[],
    "depends" TEXT[],
    "provides" TEXT[],
    "conflicts" TEXT[],
    "pool_path" TEXT NOT NULL,
    "index_block" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "package_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pool_object" (
    "channel_id" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "package_id" INTEGER NOT NULL,

    CONSTRAINT "pool_object_pkey" PRIMARY KEY ("channel_id","path")
);

-- CreateTable
CREATE TABLE "change_set_line" (
    "change_set_id" UUID NOT NULL,
    "channel_id" INTEGER NOT NULL,
    "base_version_id" INTEGER NOT NULL,
    "head_version_id" INTEGER NOT NULL,

    CONSTRAINT "change_set_line_pkey" PRIMARY KEY ("change_set_id","channel_id")
);

-- CreateTable
CREATE TABLE "publication" (
    "id" SERIAL NOT NULL,
    "change_set_id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "head_history" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "version_id" INTEGER,
    "code" TEXT,
    "message" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "publication_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import" (
    "id" UUID NOT NULL,
    "change_set_id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "builder_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source_release" BIGINT NOT NULL,
    "build_release" BIGINT NOT NULL,
    "architecture" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "line_version_id" INTEGER,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "last_progress_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_item" (
    "import_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" CHAR(64) NOT NULL,

    CONSTRAINT "import_item_pkey" PRIMARY KEY ("import_id","position")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "message_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "version_id" INTEGER,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "refused_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "channel_name_key" ON "channel"("name");

-- CreateIndex
CREATE INDEX "version_change_set_id_channel_id_idx" ON "version"("change_set_id", "channel_id");

-- CreateIndex
CREATE INDEX "version_parent_id_idx" ON "version"("parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "version_channel_id_history_key" ON "version"("channel_id", "history");

-- CreateIndex
CREATE INDEX "version_change_package_id_idx" ON "version_change"("package_id");

-- CreateIndex
CREATE INDEX "stream_version_id_idx" ON "stream"("version_id");

-- CreateIndex
CREATE INDEX "tag_version_id_idx" ON "tag"("version_id");

-- CreateIndex
CREATE UNIQUE INDEX "package_sha256_key" ON "package"("sha256");

-- CreateIndex
CREATE INDEX "package_name_idx" ON "package"("name");

-- CreateIndex
CREATE INDEX "package_source_id_idx" ON "package"("source_id");

-- CreateIndex
CREATE INDEX "pool_object_package_id_idx" ON "pool_object"("package_id");

-- CreateIndex
CREATE UNIQUE INDEX "publication_change_set_id_channel_stream_head_history_key" ON "publication"("change_set_id", "channel", "stream", "head_history");

-- CreateIndex
CREATE INDEX "import_item_sha256_idx" ON "import_item"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_id_key" ON "outbox"("message_id");

-- AddForeignKey
ALTER TABLE "version" ADD CONSTRAINT "version_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version" ADD CONSTRAINT "version_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_change" ADD CONSTRAINT "version_change_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_change" ADD CONSTRAINT "version_change_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_checkpoint" ADD CONSTRAINT "version_checkpoint_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stream" ADD CONSTRAINT "stream_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stream" ADD CONSTRAINT "stream_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "package" ADD CONSTRAINT "package_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blob"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pool_object" ADD CONSTRAINT "pool_object_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pool_object" ADD CONSTRAINT "pool_object_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "change_set_line" ADD CONSTRAINT "change_set_line_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "change_set_line" ADD CONSTRAINT "change_set_line_base_version_id_fkey" FOREIGN KEY ("base_version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "change_set_line" ADD CONSTRAINT "change_set_line_head_version_id_fkey" FOREIGN KEY ("head_version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "publication" ADD CONSTRAINT "publication_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import" ADD CONSTRAINT "import_line_version_id_fkey" FOREIGN KEY ("line_version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_item" ADD CONSTRAINT "import_item_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- What Prisma's schema cannot say.

-- Unions of texts, as the code has them.
ALTER TABLE "version" ADD CONSTRAINT "version_kind_check" CHECK ("kind" IN ('staging', 'published'));
ALTER TABLE "import" ADD CONSTRAINT "import_state_check" CHECK ("state" IN ('open', 'staged', 'refused', 'lost'));
ALTER TABLE "publication" ADD CONSTRAINT "publication_state_check" CHECK ("state" IN ('open', 'published', 'refused'));
ALTER TABLE "import_item" ADD CONSTRAINT "import_item_kind_check" CHECK ("kind" IN ('package', 'manifest-bin', 'manifest-jsonc'));

-- A staging version belongs to a change set.
ALTER TABLE "version" ADD CONSTRAINT "version_staging_check" CHECK ("kind" = 'published' OR "change_set_id" IS NOT NULL);
ALTER TABLE "version" ADD CONSTRAINT "version_chain_check" CHECK ("chain_length" >= 0 AND ("parent_id" IS NOT NULL OR "chain_length" = 0));

-- An outcome is complete or absent.
ALTER TABLE "import" ADD CONSTRAINT "import_outcome_check" CHECK (
  ("state" = 'open') = ("decided_at" IS NULL)
  AND ("state" = 'staged') = ("line_version_id" IS NOT NULL)
  AND ("state" IN ('refused', 'lost')) = ("code" IS NOT NULL)
);
ALTER TABLE "publication" ADD CONSTRAINT "publication_outcome_check" CHECK (
  ("state" = 'open') = ("decided_at" IS NULL)
  AND ("state" = 'published') = ("version_id" IS NOT NULL)
  AND ("state" = 'refused') = ("code" IS NOT NULL)
);

-- Identifiers that become paths and URLs.
ALTER TABLE "channel" ADD CONSTRAINT "channel_name_check" CHECK ("name" ~ '^[a-z0-9][a-z0-9-]*$');
ALTER TABLE "stream" ADD CONSTRAINT "stream_name_check" CHECK ("name" ~ '^[a-zA-Z0-9][a-zA-Z0-9-]*$');
ALTER TABLE "tag" ADD CONSTRAINT "tag_name_check" CHECK ("name" ~ '^[a-zA-Z0-9][a-zA-Z0-9-]*$');
ALTER TABLE "package" ADD CONSTRAINT "package_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "pool_object" ADD CONSTRAINT "pool_object_path_check" CHECK ("path" ~ '^pool/v0/' AND "path" !~ '(^|/)\.\.?(/|$)');

-- Work that is left, found without reading what is done.
CREATE INDEX "import_open_idx" ON "import" ("next_try_at") WHERE "state" = 'open';
CREATE INDEX "publication_open_idx" ON "publication" ("id") WHERE "state" = 'open';
CREATE INDEX "version_files_pending_idx" ON "version" ("channel_id", "history") WHERE "files_written_at" IS NULL;
CREATE INDEX "outbox_due_idx" ON "outbox" ("id") WHERE "refused_at" IS NULL;
