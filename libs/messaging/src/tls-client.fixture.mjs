// Started by tls.int.test.ts, because Node reads NODE_EXTRA_CA_CERTS only when it starts: connects to each of the brokers
// that its first argument describes, prints a line for each fault and each connection, and waits to be killed.
import '../../../tools/source-hooks.mjs';

const { connectNats } = await import('./connect-nats.ts');

async function follow(options) {
  const say = (words) => console.log(`${options.url} ${words}`);
  const connection = await connectNats({
    ...options,
    onFault: (reason) => say(`fault: ${reason}`),
  });
  await connection.flush();
  say('connected');
  for await (const { type } of connection.status())
    if (type === 'reconnect') say('connected again');
}

await Promise.all(JSON.parse(process.argv[2]).map(follow));
