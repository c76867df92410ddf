// Started by servers.int.test.ts: starts a server from the sources, prints its process id and waits to be killed.
import '../../../../tools/source-hooks.mjs';

const { startNats } = await import('./nats.ts');
const server = await startNats({ dir: process.argv[2] });
console.log(server.pid);
setInterval(() => undefined, 1_000);
