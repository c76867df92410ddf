import { Global, Module } from '@nestjs/common';
import { AuditStore } from './audit.store.js';
import { SessionStore } from './session.store.js';
import { SessionsHttpController } from './sessions.http.controller.js';
import { Sessions } from './sessions.service.js';

@Global()
@Module({
  controllers: [SessionsHttpController],
  providers: [SessionStore, AuditStore, Sessions],
  exports: [SessionStore, AuditStore, Sessions],
})
export class AccountsModule {}
