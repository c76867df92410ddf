import { logAppend, type RequestOf } from '@cairn/contracts';
import { Handles, type MessageContext } from '@cairn/messaging';
import { Controller } from '@nestjs/common';
import { BuildLogs } from './build-log.service.js';

@Controller()
export class LogsNatsController {
  constructor(private readonly logs: BuildLogs) {}

  @Handles(logAppend)
  append(request: RequestOf<typeof logAppend>, context: MessageContext) {
    return this.logs.append(context.senderId, {
      ...request,
      bytes: context.bytes ?? new Uint8Array(),
    });
  }
}
