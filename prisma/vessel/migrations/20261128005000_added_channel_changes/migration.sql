-- AlterTable
ALTER TABLE "channel" ADD COLUMN     "policy" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "root_wanted" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "root_written" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "version" ADD COLUMN     "retired_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "stream_move" (
    "id" BIGSERIAL NOT NULL,
    "channel_id" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "history" BIGINT NOT NULL,
    "cause" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stream_move_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stream_pin" (
    "channel_id" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "pinned_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stream_pin_pkey" PRIMARY KEY ("channel_id","stream","architecture","name")
);

-- CreateTable
CREATE TABLE "channel_change" (
    "id" UUID NOT NULL,
    "plan" JSONB NOT NULL,
    "account" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "channel_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "yanked_package" (
    "sha256" CHAR(64) NOT NULL,
    "account" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "yanked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "yanked_package_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "version_lease" (
    "version_id" INTEGER NOT NULL,
    "holder" TEXT NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "version_lease_pkey" PRIMARY KEY ("version_id","holder")
);

-- CreateIndex
CREATE INDEX "stream_move_channel_id_stream_id_idx" ON "stream_move"("channel_id", "stream", "id");

-- AddForeignKey
ALTER TABLE "stream_move" ADD CONSTRAINT "stream_move_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stream_pin" ADD CONSTRAINT "stream_pin_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_lease" ADD CONSTRAINT "version_lease_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

-- A decided import or publication outlives the version it led to.
ALTER TABLE "import" DROP CONSTRAINT "import_outcome_check";
ALTER TABLE "import" ADD CONSTRAINT "import_outcome_check" CHECK (
  ("state" = 'open') = ("decided_at" IS NULL)
  AND ("state" = 'staged' OR "line_version_id" IS NULL)
  AND ("state" IN ('refused', 'lost')) = ("code" IS NOT NULL)
);
ALTER TABLE "publication" DROP CONSTRAINT "publication_outcome_check";
ALTER TABLE "publication" ADD CONSTRAINT "publication_outcome_check" CHECK (
  ("state" = 'open') = ("decided_at" IS NULL)
  AND ("state" = 'published' OR "version_id" IS NULL)
  AND ("state" = 'refused') = ("code" IS NOT NULL)
);

-- Where streams point already is the beginning of their record.
INSERT INTO "stream_move" ("channel_id", "stream", "history", "cause", "account", "reason", "moved_at")
SELECT s."channel_id", s."name", v."history", 'publish', '', '', s."moved_at"
FROM "stream" s JOIN "version" v ON v."id" = s."version_id";

-- Found without reading every row.
CREATE INDEX "version_retired_idx" ON "version" ("retired_at") WHERE "retired_at" IS NOT NULL;
