-- CreateTable
CREATE TABLE "rebuild" (
    "id" UUID NOT NULL,
    "project_name" TEXT NOT NULL,
    "profile_name" TEXT NOT NULL,
    "change_set_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "changed" JSONB,
    "cut_off" BOOLEAN NOT NULL DEFAULT false,
    "steps" JSONB NOT NULL,
    "round" INTEGER NOT NULL DEFAULT 1,
    "account" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rebuild_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "task" ADD COLUMN "rebuild_id" UUID,
ADD COLUMN "bump" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "stage" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "without" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN "rebuild_after" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN "exported" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "rebuild_change_set_id_key" ON "rebuild"("change_set_id");

-- CreateIndex
CREATE INDEX "task_rebuild_id_idx" ON "task"("rebuild_id");

-- AddForeignKey
ALTER TABLE "rebuild" ADD CONSTRAINT "rebuild_change_set_id_fkey" FOREIGN KEY ("change_set_id") REFERENCES "change_set"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_rebuild_id_fkey" FOREIGN KEY ("rebuild_id") REFERENCES "rebuild"("id") ON DELETE SET NULL ON UPDATE CASCADE;



-- What the schema language cannot say.

ALTER TABLE "rebuild" ADD CONSTRAINT "rebuild_state" CHECK ("state" IN ('running', 'paused', 'cancelled'));

-- Steps of a rebuild wait side by side, each once; of other tasks one per source waits, as before.
DROP INDEX "task_one_waiting";
CREATE UNIQUE INDEX "task_one_waiting" ON "task" ("project_name", "repository_name", "profile_name", "source", "architecture") WHERE "state" = 'new' AND "rebuild_id" IS NULL;
CREATE UNIQUE INDEX "task_one_per_step" ON "task" ("rebuild_id", "source", "stage") WHERE "rebuild_id" IS NOT NULL;

-- The leader asks for these every second; there are few at any time.
CREATE INDEX "task_undecided_stage" ON "task" ("id") WHERE "state" = 'completed' AND "rebuild_id" IS NULL AND "rebuild_after" <> '[]';
