// Serves a public folder as vessel does and prints the port: `node tools/bench/serve-folder.mjs DIR`.
import { PublicServer } from '../../apps/vessel/dist/serving/public-server.js';
import { createLogger, Health, Metrics } from '../../libs/observability/dist/index.js';

const server = new PublicServer({
  publicDir: process.argv[2] ?? '.',
  host: '127.0.0.1',
  port: 0,
  health: new Health(),
  metrics: new Metrics(),
  log: createLogger({ name: 'bench', level: 'silent' }),
});
process.stdout.write(`${await server.listen()}\n`);
