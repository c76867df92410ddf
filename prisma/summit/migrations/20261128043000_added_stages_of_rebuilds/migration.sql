-- AlterTable
ALTER TABLE "rebuild" ADD COLUMN "by_stage" BOOLEAN NOT NULL DEFAULT false;
