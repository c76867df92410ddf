-- AlterTable
ALTER TABLE "import" ADD COLUMN     "stream" TEXT NOT NULL DEFAULT 'volatile';
