import { join } from 'node:path';
import { defineConfig } from 'prisma/config';

/** The Prisma configuration of one service; npm does not carry the native schema engine, so its WASM build serves. */
export function prismaConfig(dir: string) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= join(dir, '../../tools/schema-engine.mjs');
  process.env['CHECKPOINT_DISABLE'] ??= '1';
  return defineConfig({
    schema: join(dir, 'schema.prisma'),
    migrations: { path: join(dir, 'migrations') },
    datasource: {
      url: process.env['DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/nowhere',
    },
  });
}
