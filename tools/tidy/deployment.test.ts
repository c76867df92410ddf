import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { APPS, faultyVariables, matches, variablesOf } from './app-variables.ts';
import {
  BASE,
  composeFile,
  imageTargets,
  kustomizationOf,
  objectsOf,
  OVERLAY,
  workloadsOf,
} from './deployment-files.ts';
import { readText, root } from './source-tree.ts';

const OUR_IMAGE = /^cairn-([a-z]+):(.+)$/;
const { services, volumes } = composeFile();
const targets = imageTargets();
const workloads = workloadsOf([...objectsOf(BASE), ...objectsOf(OVERLAY)]);
const containers = workloads.flatMap(({ spec }) => [
  ...spec.template.spec.initContainers,
  ...spec.template.spec.containers,
]);
const { version } = JSON.parse(readText('package.json')) as { version: string };

const serviceOf = (name: string) => {
  const found = services[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
};
const targetOf = (name: string) => {
  const found = targets.find((target) => target.name === name);
  if (found === undefined) throw new Error(`Containerfile has no target ${name}`);
  return found;
};
const imagesOf = (pattern: RegExp) =>
  [...Object.values(services), ...containers]
    .map(({ image }) => image ?? '')
    .filter((image) => pattern.test(image));

/** The value of the variable, or something of its form where the file leaves it to the operator. */
function filled(value: string): string {
  return value
    .replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replaceAll(/\$\{\w*URL:\?[^}]*\}/g, 'https://packages.example')
    .replaceAll(/\$\{\w+:\?[^}]*\}/g, 'a');
}

it('sets no variable that the app does not know', () => {
  const known = new Set<string>(APPS.flatMap((app) => variablesOf(app)));
  const set = [
    ...Object.values(services).flatMap(({ environment }) => Object.keys(environment)),
    ...containers.flatMap(({ env }) => env.map(({ name }) => name)),
    ...targets.flatMap(({ environment }) => Object.keys(environment)),
    ...matches(readText(`${OVERLAY}/addresses.yaml`), /name: ([A-Z_]+)/g),
    ...matches(readText('deploy/systemd/avalanche.env'), /^#?([A-Z_]+)=/gm),
    ...matches(readText('deploy/systemd/avalanche.service'), /^Environment=([A-Z_]+)=/gm),
  ].filter((name) => /^(SUMMIT|VESSEL|AVALANCHE)_/.test(name));
  expect(set.length).toBeGreaterThan(30);
  expect(set.filter((name) => !known.has(name))).toEqual([]);
});

it.each(['summit', 'vessel'] as const)('gives %s all that it needs, in valid form', async (app) => {
  const required = await faultyVariables(app, {});
  expect(required.length).toBeGreaterThan(3);
  const image = targetOf(app).environment;
  const inCompose = Object.entries(serviceOf(app).environment).map(
    ([name, value]) => [name, filled(value)] as const,
  );
  const pod = workloads.find(({ metadata }) => metadata.name === app)?.spec.template.spec;
  const inPod = (pod?.containers[0]?.env ?? []).map(
    ({ name, value }) => [name, value ?? 'postgresql://a:a@postgres/a'] as const,
  );
  for (const environment of [inCompose, inPod]) {
    const names = new Set(environment.map(([name]) => name));
    expect(required.filter((name) => !names.has(name) && image[name] === undefined)).toEqual([]);
    const whole = { ...image, ...Object.fromEntries(environment) };
    expect(await faultyVariables(app, whole)).toEqual([]);
  }
});

it('knows from example.env what compose.yaml asks for, and nothing else, and holds no secret', () => {
  const asked = new Set(matches(readText('deploy/compose.yaml'), /\$\{(\w+)/g));
  const example = readText('deploy/example.env');
  expect(matches(example, /^#?(CAIRN_\w+)=/gm)).toEqual([...asked].sort());
  expect(matches(example, /^(CAIRN_\w*PASSWORD=.+)$/gm)).toEqual([]);
});

it('builds every image of ours that is used, in the version of this checkout', () => {
  const used = imagesOf(OUR_IMAGE).map((image) => OUR_IMAGE.exec(image) ?? []);
  expect(used.length).toBeGreaterThan(6);
  for (const [image, target, tag] of used) {
    expect({ image, target: targetOf(target ?? '').name, tag }).toMatchObject({ tag: version });
  }
  for (const app of APPS) expect(targetOf(app).user).toBe('1000:1000');
  const built = Object.values(services).filter(({ build }) => build !== undefined);
  for (const { image, build } of built)
    expect(image).toBe(`cairn-${build?.target ?? ''}:${version}`);
  const { images } = kustomizationOf(OVERLAY);
  expect(images.map(({ name, newTag }) => `${name}:${newTag}`).sort()).toEqual(
    [...new Set(imagesOf(OUR_IMAGE))].sort(),
  );
});

it('uses one version of each image of others', () => {
  const others = new Set(imagesOf(/^docker\.io\//));
  const names = [...others].map((image) => image.split(':')[0]);
  expect(names.length).toBeGreaterThan(2);
  expect(new Set(names).size).toBe(names.length);
});

it.each(['summit', 'vessel'])('has one port for %s in all files', (app) => {
  const { exposedPort = '', environment, healthcheck } = targetOf(app);
  const variable = `${app.toUpperCase()}_HTTP_PORT`;
  const service = serviceOf(app);
  const container = containers.find(({ name }) => name === app);
  expect(environment[variable]).toBe(exposedPort);
  expect(healthcheck).toContain(`:${exposedPort}/healthz`);
  expect(service.healthcheck?.test.join(' ')).toContain(`:${exposedPort}/healthz`);
  expect(service.environment[variable]).toBe(exposedPort);
  expect(service.ports.map((port) => port.split(':').at(-1))).toEqual([exposedPort]);
  expect(container?.ports.map(({ containerPort }) => `${containerPort}`)).toEqual([exposedPort]);
  expect(container?.env.find(({ name }) => name === variable)?.value).toBe(exposedPort);
});

it('has one port for each door of the broker in all files', () => {
  const inPod = containers.find(({ name }) => name === 'nats')?.ports ?? [];
  const published = serviceOf('nats').ports.map((port) => Number(port.split(':').at(-1)));
  expect(published).toEqual(inPod.map(({ containerPort }) => containerPort));
  const plain = published[0] ?? 0;
  expect(readText('deploy/compose/setup.sh')).toContain(`--listen 0.0.0.0:${plain} `);
  expect(readText(`${BASE}/nats.yaml`)).toContain(`--listen 0.0.0.0:${plain}\n`);
  expect(readText(`${BASE}/broker.conf`)).toContain(`listen: "0.0.0.0:${published[1] ?? 0}"`);
  for (const app of ['summit', 'vessel']) {
    const variable = `${app.toUpperCase()}_NATS_URL`;
    const inDeployment = containers.find(({ name }) => name === app)?.env ?? [];
    expect(filled(serviceOf(app).environment[variable] ?? '')).toBe(`tls://nats:${plain}`);
    expect(inDeployment.find(({ name }) => name === variable)?.value).toBe(`tls://nats:${plain}`);
  }
});

it('publishes ports on loopback unless the operator says otherwise', () => {
  const published = Object.values(services).flatMap(({ ports }) => ports);
  expect(published.length).toBeGreaterThan(3);
  expect(published.filter((port) => !/^\$\{CAIRN_\w+:-127\.0\.0\.1\}:/.test(port))).toEqual([]);
});

it('mounts volumes and files that exist, and waits for services that exist', () => {
  for (const { volumes: mounts, depends_on: waits } of Object.values(services)) {
    for (const mount of mounts) {
      const source = mount.split(':')[0] ?? '';
      const isThere = source.startsWith('.')
        ? existsSync(join(root, 'deploy', source))
        : Object.hasOwn(volumes, source);
      expect({ mount, isThere }).toEqual({ mount, isThere: true });
    }
    expect(Object.keys(waits).filter((name) => !Object.hasOwn(services, name))).toEqual([]);
  }
});

it('keeps the key of the chain of trust out of the container of the broker', () => {
  expect(serviceOf('nats').volumes.filter((mount) => mount.startsWith('secrets:'))).toEqual([]);
  const pod = workloads.find(({ metadata }) => metadata.name === 'nats')?.spec.template.spec;
  const trust = pod?.volumes.filter(({ secret }) => secret?.secretName === 'cairn-summit') ?? [];
  const mounts = pod?.containers.flatMap(({ volumeMounts }) => volumeMounts) ?? [];
  expect(trust).toHaveLength(1);
  expect(mounts.filter(({ name }) => name === trust[0]?.name)).toEqual([]);
});
