-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_group" (
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "account_group_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "group_member" (
    "group_name" TEXT NOT NULL,
    "account_id" UUID NOT NULL,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_name","account_id")
);

-- CreateTable
CREATE TABLE "login_code" (
    "code_hash" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "login_code_pkey" PRIMARY KEY ("code_hash")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "refresh_hash" TEXT NOT NULL,
    "previous_refresh_hash" TEXT,
    "csrf_token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "account" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "name" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "project_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "profile" (
    "project_name" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "remotes" JSONB NOT NULL,
    "networking" BOOLEAN NOT NULL,

    CONSTRAINT "profile_pkey" PRIMARY KEY ("project_name","name")
);

-- CreateTable
CREATE TABLE "recipe_repository" (
    "project_name" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "subdirectory" TEXT NOT NULL,
    "refresh_seconds" INTEGER NOT NULL,
    "profiles" JSONB,
    "commit" TEXT,
    "commit_at" TIMESTAMPTZ(3),
    "refreshed_at" TIMESTAMPTZ(3),
    "next_refresh_at" TIMESTAMPTZ(3) NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,

    CONSTRAINT "recipe_repository_pkey" PRIMARY KEY ("project_name","name")
);

-- CreateTable
CREATE TABLE "recipe" (
    "project_name" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source_release" INTEGER NOT NULL,
    "summary" TEXT NOT NULL,
    "tree_id" TEXT NOT NULL,
    "architectures" JSONB NOT NULL,
    "build_depends" JSONB NOT NULL,
    "packages" JSONB NOT NULL,
    "has_manifest" BOOLEAN NOT NULL,

    CONSTRAINT "recipe_pkey" PRIMARY KEY ("project_name","repository_name","source")
);

-- CreateTable
CREATE TABLE "bad_recipe" (
    "project_name" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "line" INTEGER,

    CONSTRAINT "bad_recipe_pkey" PRIMARY KEY ("project_name","repository_name","path")
);

-- CreateTable
CREATE TABLE "source_fact" (
    "project_name" TEXT NOT NULL,
    "profile_name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "packages" JSONB NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "source_fact_pkey" PRIMARY KEY ("project_name","profile_name","source")
);

-- CreateTable
CREATE TABLE "change_set" (
    "id" UUID NOT NULL,
    "project_name" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "line_history" TEXT,
    "published_history" TEXT,
    "refusal" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "change_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" SERIAL NOT NULL,
    "change_set_id" UUID NOT NULL,
    "project_name" TEXT NOT NULL,
    "profile_name" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source_release" INTEGER NOT NULL,
    "commit" TEXT NOT NULL,
    "commit_at" TIMESTAMPTZ(3) NOT NULL,
    "tree_id" TEXT NOT NULL,
    "recipe_path" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "held_until" TIMESTAMPTZ(3),
    "retry_count" INTEGER NOT NULL DEFAULT 0,
    "attempt_id" UUID,
    "staged_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "superseded_by" INTEGER,

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "id" UUID NOT NULL,
    "task_id" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "fence" BIGINT NOT NULL,
    "builder_id" TEXT NOT NULL,
    "build_release" INTEGER NOT NULL,
    "pinned_history" TEXT,
    "state" TEXT NOT NULL,
    "lease_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "step" TEXT,
    "dispatched_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "reported_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "log_size_bytes" BIGINT NOT NULL DEFAULT 0,
    "log_final_bytes" BIGINT,
    "failure" JSONB,
    "collectables" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "build_release_counter" (
    "channel" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "source_release" INTEGER NOT NULL,
    "architecture" TEXT NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "build_release_counter_pkey" PRIMARY KEY ("channel","source","source_release","architecture")
);

-- CreateTable
CREATE TABLE "builder" (
    "id" TEXT NOT NULL,
    "public_key" TEXT,
    "enrolment_hash" TEXT,
    "enrolment_expires_at" TIMESTAMPTZ(3),
    "invited_at" TIMESTAMPTZ(3) NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "version" TEXT,
    "features" JSONB NOT NULL DEFAULT '[]',
    "instance_id" UUID,
    "slots" INTEGER NOT NULL DEFAULT 1,
    "architectures" JSONB NOT NULL DEFAULT '[]',
    "machine" JSONB,
    "machine_state" JSONB,
    "refusing" TEXT,
    "cool_until" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "builder_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revocation" (
    "public_key" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revocation_pkey" PRIMARY KEY ("public_key")
);

-- CreateTable
CREATE TABLE "channel_stream" (
    "channel" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "history" TEXT NOT NULL,

    CONSTRAINT "channel_stream_pkey" PRIMARY KEY ("channel","stream")
);

-- CreateTable
CREATE TABLE "outbox_message" (
    "id" BIGSERIAL NOT NULL,
    "message_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "builder_id" TEXT,
    "body" JSONB NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,

    CONSTRAINT "outbox_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox_message" (
    "sender" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "inbox_message_pkey" PRIMARY KEY ("sender","message_id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "task_id" INTEGER,
    "builder_id" TEXT,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "delivery_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("delivery_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_name_key" ON "account"("name");

-- CreateIndex
CREATE UNIQUE INDEX "session_refresh_hash_key" ON "session"("refresh_hash");

-- CreateIndex
CREATE UNIQUE INDEX "session_previous_refresh_hash_key" ON "session"("previous_refresh_hash");

-- CreateIndex
CREATE INDEX "task_state_idx" ON "task"("state");

-- CreateIndex
CREATE INDEX "task_project_name_profile_name_source_idx" ON "task"("project_name", "profile_name", "source");

-- CreateIndex
CREATE INDEX "attempt_builder_id_state_idx" ON "attempt"("builder_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "attempt_task_id_number_key" ON "attempt"("task_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "attempt_fence_key" ON "attempt"("fence");

-- CreateIndex
CREATE UNIQUE INDEX "builder_public_key_key" ON "builder"("public_key");

-- CreateIndex
CREATE UNIQUE INDEX "builder_enrolment_hash_key" ON "builder"("enrolment_hash");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_message_id_key" ON "outbox_message"("message_id");

-- CreateIndex
CREATE INDEX "outbox_message_due_at_idx" ON "outbox_message"("due_at");

-- CreateIndex
CREATE INDEX "inbox_message_received_at_idx" ON "inbox_message"("received_at");

-- CreateIndex
CREATE INDEX "webhook_delivery_received_at_idx" ON "webhook_delivery"("received_at");

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_name_fkey" FOREIGN KEY ("group_name") REFERENCES "account_group"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "login_code" ADD CONSTRAINT "login_code_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile" ADD CONSTRAINT "profile_project_name_fkey" FOREIGN KEY ("project_name") REFERENCES "project"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recipe_repository" ADD CONSTRAINT "recipe_repository_project_name_fkey" FOREIGN KEY ("project_name") REFERENCES "project"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recipe" ADD CONSTRAINT "recipe_project_name_repository_name_fkey" FOREIGN KEY ("project_name", "repository_name") REFERENCES "recipe_repository"("project_name", "name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bad_recipe" ADD CONSTRAINT "bad_recipe_project_name_repository_name_fkey" FOREIGN KEY ("project_name", "repository_name") REFERENCES "recipe_repository"("project_name", "name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_change_set_id_fkey" FOREIGN KEY ("change_set_id") REFERENCES "change_set"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_builder_id_fkey" FOREIGN KEY ("builder_id") REFERENCES "builder"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- What the schema language cannot say.

CREATE SEQUENCE "attempt_fence" AS BIGINT START 1;

ALTER TABLE "account" ADD CONSTRAINT "account_role" CHECK ("role" IN ('admin', 'packager', 'viewer'));
ALTER TABLE "account_group" ADD CONSTRAINT "account_group_role" CHECK ("role" IN ('admin', 'packager', 'viewer'));
ALTER TABLE "task" ADD CONSTRAINT "task_state" CHECK ("state" IN ('new', 'building', 'publishing', 'completed', 'failed', 'cancelled', 'superseded'));
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_state" CHECK ("state" IN ('dispatched', 'building', 'reserved', 'accepted', 'failed', 'lost', 'void', 'cancelled'));
ALTER TABLE "change_set" ADD CONSTRAINT "change_set_state" CHECK ("state" IN ('open', 'publishing', 'published', 'refused', 'abandoned'));
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_build_release" CHECK ("build_release" >= 1);

-- At most one result of a task counts, and at most one attempt of it runs with our blessing.
CREATE UNIQUE INDEX "attempt_one_result" ON "attempt" ("task_id") WHERE "state" IN ('reserved', 'accepted');
CREATE UNIQUE INDEX "attempt_one_running" ON "attempt" ("task_id") WHERE "state" IN ('dispatched', 'building');

-- One task of a source waits at a time; a newer one supersedes it.
CREATE UNIQUE INDEX "task_one_waiting" ON "task" ("project_name", "repository_name", "profile_name", "source", "architecture") WHERE "state" = 'new';

-- Readers are woken when something is committed, so that nothing polls on the fast path.
CREATE FUNCTION "notify_event"() RETURNS trigger AS $$ BEGIN PERFORM pg_notify('summit_event', NEW."id"::text); RETURN NULL; END $$ LANGUAGE plpgsql;
CREATE TRIGGER "event_notify" AFTER INSERT ON "event" FOR EACH ROW EXECUTE FUNCTION "notify_event"();
CREATE FUNCTION "notify_outbox"() RETURNS trigger AS $$ BEGIN PERFORM pg_notify('summit_outbox', ''); RETURN NULL; END $$ LANGUAGE plpgsql;
CREATE TRIGGER "outbox_notify" AFTER INSERT ON "outbox_message" FOR EACH STATEMENT EXECUTE FUNCTION "notify_outbox"();
