import { Module } from '@nestjs/common';
import { PublishedIndexes } from './published-indexes.service.js';
import { Streams } from './streams.service.js';

@Module({ providers: [PublishedIndexes, Streams], exports: [PublishedIndexes, Streams] })
export class PublishedModule {}
