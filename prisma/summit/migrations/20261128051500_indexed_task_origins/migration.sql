-- CreateIndex
CREATE INDEX "task_source_source_release_idx" ON "task"("source", "source_release");

-- CreateIndex
CREATE INDEX "task_change_set_id_idx" ON "task"("change_set_id");
