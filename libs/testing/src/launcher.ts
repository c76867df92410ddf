export { startNats, type NatsOptions } from './servers/nats.js';
export { freePort } from './servers/port.js';
export { startPostgres } from './servers/postgres.js';
export { startRedis } from './servers/redis.js';
export { S3_TEST_KEYS, startS3 } from './servers/s3.js';
export {
  serversStillRunning,
  type RunningServer,
  type ServerExit,
  type ServerOptions,
} from './servers/running-server.js';
export {
  createDatabase,
  databaseFromTemplate,
  databaseUrl,
  dropDatabase,
  migratedDatabase,
  type PostgresAddress,
} from './databases/database.js';
