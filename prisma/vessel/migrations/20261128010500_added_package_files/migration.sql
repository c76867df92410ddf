-- CreateTable
CREATE TABLE "package_file" (
    "package_id" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "mode" INTEGER NOT NULL,

    CONSTRAINT "package_file_pkey" PRIMARY KEY ("package_id","path")
);

-- CreateIndex
CREATE INDEX "package_file_path_idx" ON "package_file"("path");

-- AddForeignKey
ALTER TABLE "package_file" ADD CONSTRAINT "package_file_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE CASCADE ON UPDATE CASCADE;
