import { createCredentials, createTrustFile, natsServerConfig, parseTrust } from '@cairn/auth';
import {
  eventually,
  freePort,
  makeTestFolder,
  startNats,
  type RunningServer,
} from '@cairn/testing';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Starting Node takes a while on a busy machine. */
const PATIENCE = { timeoutMs: 30_000 };
const PLAIN_TEXT = { tls: /offers no TLS, which the address asks for/, wss: /does not speak TLS/ };

const folder = makeTestFolder();
const certificates = join(folder.dir, 'certificates');
const trust = parseTrust(JSON.stringify(createTrustFile()));
const children: ChildProcess[] = [];
const servers: RunningServer[] = [];
/** Where the broker of each certificate listens. */
const ports: Record<string, { tls: number; wss: number }> = {};

const AUTHORITY = join(certificates, 'broker-ca.crt');
const SCRIPT = join(import.meta.dirname, '../../../deploy/compose/broker-certificate.sh');

/** A certificate of our own authority for these names, by the script that operators use. */
function makeCertificate(name: string, ...names: string[]): string {
  const dir = join(certificates, name);
  mkdirSync(dir, { recursive: true });
  const said = execFileSync('sh', [SCRIPT, certificates, dir, ...names], { encoding: 'utf8' });
  // The server runs under an account of its own.
  for (const file of ['tls.crt', 'tls.key']) chmodSync(join(dir, file), 0o644);
  return said;
}

/** A broker with the certificate on its port and on one for WebSockets; both stay the same when it starts anew. */
async function startBroker(name: string, certificate = name): Promise<RunningServer> {
  const known = ports[name];
  const wss = known?.wss ?? (await freePort());
  const [crt, key] = ['tls.crt', 'tls.key'].map((file) => join(certificates, certificate, file));
  const tls = `tls { cert_file: "${crt}", key_file: "${key}" }`;
  const extra = `${tls}\nwebsocket { listen: "127.0.0.1:${wss}", ${tls} }`;
  const config = await natsServerConfig(trust, { revocations: [], extra });
  const server = await startNats({
    dir: join(folder.dir, `nats-${randomUUID()}`),
    ...(known === undefined ? {} : { port: known.tls }),
    config: ({ dir }) => config(join(dir, 'resolver')),
  });
  ports[name] = { tls: server.port, wss };
  servers.push(server);
  return server;
}

function address(scheme: 'tls' | 'wss', name: string, host = 'localhost'): string {
  return `${scheme}://${host}:${ports[name]?.[scheme] ?? 0}`;
}

/** Clients in a process of their own; what the one of an address says. All have the same scheme: the library wants it so. */
async function startClients(
  urls: readonly string[],
  options: { readonly knowsAuthority: boolean } = { knowsAuthority: true },
): Promise<(url: string) => string> {
  const credentials = await createCredentials(trust, 'vessel', 'vessel');
  const links = urls.map((url) => ({ url, credentials, senderId: 'vessel', name: 'vessel' }));
  const script = join(import.meta.dirname, 'tls-client.fixture.mjs');
  const args = ['--conditions=@cairn/source', script, JSON.stringify(links)];
  const child = spawn(process.execPath, args, {
    env: options.knowsAuthority ? { NODE_EXTRA_CA_CERTS: AUTHORITY } : {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return (url) =>
    said
      .split('\n')
      .filter((line) => line.startsWith(`${url} `))
      .map((line) => line.slice(url.length + 1))
      .join('\n');
}

/** All that was said of a broker: that it was never taken, and why. */
function faultLine(why: RegExp): RegExp {
  return new RegExp(`^fault: The broker \\w+://\\S+ cannot be reached: .*${why.source}.*\\.$`);
}

beforeAll(async () => {
  makeCertificate('good', 'localhost', '127.0.0.1');
  makeCertificate('named', 'localhost');
  makeCertificate('foreign', 'other.example');
  await Promise.all(['good', 'named', 'foreign'].map((name) => startBroker(name)));
  const plain = await startNats({ dir: join(folder.dir, 'plain') });
  ports['plain'] = { tls: plain.port, wss: plain.port };
  servers.push(plain);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(servers.map((server) => server.stop()));
  folder.remove();
});

it.each(['tls', 'wss'] as const)(
  'takes over %s:// only the broker that the authority in NODE_EXTRA_CA_CERTS vouches for under that name',
  async (scheme) => {
    const good = [address(scheme, 'good'), address(scheme, 'good', '127.0.0.1')];
    const foreign = address(scheme, 'foreign');
    const number = address(scheme, 'named', '127.0.0.1');
    const plain = address(scheme, 'plain');
    const said = await startClients([...good, foreign, number, plain]);
    const hears = (url: string, words: RegExp) =>
      eventually(() => expect(said(url)).toMatch(words), PATIENCE);
    for (const url of good) await hears(url, /^connected$/);
    await hears(foreign, faultLine(/is for other names than localhost \(DNS:other\.example\)/));
    await hears(number, faultLine(/is for other names than 127\.0\.0\.1/));
    await hears(plain, faultLine(PLAIN_TEXT[scheme]));
  },
);

it.each(['tls', 'wss'] as const)(
  'says over %s:// what to do about an authority that it does not know',
  async (scheme) => {
    const url = address(scheme, 'good');
    const said = await startClients([url], { knowsAuthority: false });
    const line = faultLine(/authority that this machine does not know.* NODE_EXTRA_CA_CERTS/);
    await eventually(() => expect(said(url)).toMatch(line), PATIENCE);
  },
);

it('says why a broker that it has lost cannot be reached, and connects when that is mended', async () => {
  const first = await startBroker('changing', 'good');
  const url = address('tls', 'changing');
  const said = await startClients([url]);
  const hears = (words: RegExp) => eventually(() => expect(said(url)).toMatch(words), PATIENCE);
  await hears(/^connected$/);
  await first.stop();
  const wrong = await startBroker('changing', 'foreign');
  await hears(/fault: .* other names than localhost/);
  await wrong.stop();
  await startBroker('changing', 'good');
  await hears(/connected again/);
});

it('makes a certificate anew for other names only, and leaves that of another authority alone', () => {
  const crt = (name: string): string => join(certificates, name, 'tls.crt');
  expect(makeCertificate('kept', 'a.example', '::1')).toContain('DNS:a.example,IP:::1');
  const first = readFileSync(crt('kept'));
  expect(makeCertificate('kept', '::1', 'a.example')).toBe('');
  expect(readFileSync(crt('kept'))).toEqual(first);
  expect(makeCertificate('kept', 'b.example')).toContain('DNS:b.example,');
  expect(readFileSync(crt('kept'))).not.toEqual(first);
  const args = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=a', '-days', '2'];
  const bought = join(certificates, 'bought.crt');
  execFileSync('openssl', [...args, '-keyout', '/dev/null', '-out', bought], { stdio: 'pipe' });
  copyFileSync(bought, crt('kept'));
  expect(makeCertificate('kept', 'c.example')).toContain('another authority');
  expect(readFileSync(crt('kept'))).toEqual(readFileSync(bought));
});
