import { Global, Module } from '@nestjs/common';
import { SummitDatabase } from './summit-database.js';

@Global()
@Module({ providers: [SummitDatabase], exports: [SummitDatabase] })
export class PersistenceModule {}
