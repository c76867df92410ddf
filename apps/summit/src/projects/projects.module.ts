import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { ProjectDocuments } from './project-documents.service.js';
import { ProjectStore } from './project.store.js';

@Module({
  imports: [LiveModule],
  providers: [ProjectStore, ProjectDocuments],
  exports: [ProjectStore, ProjectDocuments],
})
export class ProjectsModule {}
