import { importCancel, importStart, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller, Inject } from '@nestjs/common';
import { ImportService } from './import.service.js';

@Controller()
export class ImportsNatsController {
  constructor(@Inject(ImportService) private readonly imports: ImportService) {}

  @Handles(importStart)
  async start(request: RequestOf<typeof importStart>): Promise<ReplyOf<typeof importStart>> {
    return { state: await this.imports.start(request) };
  }

  @Handles(importCancel)
  async cancel(request: RequestOf<typeof importCancel>): Promise<ReplyOf<typeof importCancel>> {
    return { state: await this.imports.cancel(request.importId, request.code) };
  }
}
