import { basename, dirname } from 'node:path';
import { expect, it } from 'vitest';
import {
  BASE,
  kustomizationOf,
  objectsOf,
  OVERLAY,
  patchesOf,
  unlistedFiles,
  workloadsOf,
  type Workload,
} from './deployment-files.ts';
import { readText } from './source-tree.ts';

const objects = [...objectsOf(BASE), ...objectsOf(OVERLAY)];
const workloads = workloadsOf(objects);
const namesOf = (kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

type Model = new (data: object) => { validate(): void };

const allContainers = ({ spec: { template } }: Workload) => [
  ...template.spec.initContainers,
  ...template.spec.containers,
];

it('lists every file of its folders', () => {
  expect(unlistedFiles(BASE)).toEqual([]);
  expect(unlistedFiles(OVERLAY)).toEqual([]);
});

it('has documents only that the schema of the Kubernetes API takes', async () => {
  expect(objects.length).toBeGreaterThan(20);
  for (const object of objects) {
    const name = `kubernetes-models/${object.apiVersion}`;
    const models = (await import(name)) as Readonly<Record<string, Model | undefined>>;
    const KnownModel = models[object.kind];
    expect(KnownModel, `${object.apiVersion} ${object.kind}`).toBeDefined();
    if (KnownModel === undefined) continue;
    expect(
      () => new KnownModel(object).validate(),
      `${object.kind} ${object.metadata.name}`,
    ).not.toThrow();
  }
});

it('names no object twice, and patches objects that exist', () => {
  const ids = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(ids).size).toBe(ids.length);
  const patched = patchesOf(OVERLAY).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(patched.filter((id) => !ids.includes(id))).toEqual([]);
});

it.each(workloads)('shuts in the pods of $metadata.name', (workload) => {
  const { spec } = workload.spec.template;
  expect(spec.automountServiceAccountToken).toBe(false);
  expect(namesOf('ServiceAccount')).toContain(spec.serviceAccountName);
  expect(spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  for (const container of allContainers(workload)) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container).toHaveProperty('resources.requests.memory');
    expect(container).toHaveProperty('resources.limits.memory');
  }
  for (const { livenessProbe, readinessProbe } of spec.containers) {
    expect(livenessProbe).toBeDefined();
    expect(readinessProbe).toBeDefined();
  }
});

it.each(['summit', 'vessel'])('asks %s for its health on the routes that it has', (app) => {
  const pod = workloads.find(({ metadata }) => metadata.name === app)?.spec.template.spec;
  expect(pod?.containers[0]?.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
  expect(pod?.containers[0]?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
});

it.each(workloads)('mounts in $metadata.name what there is', ({ spec: { template, ...spec } }) => {
  const { volumes, containers, initContainers } = template.spec;
  const generated = [BASE, OVERLAY].flatMap((folder) =>
    kustomizationOf(folder).configMapGenerator.map(({ name }) => name),
  );
  const claimed = spec.volumeClaimTemplates.map(({ metadata }) => metadata.name);
  const there = [...claimed, ...volumes.map(({ name }) => name)];
  const mounted = [...initContainers, ...containers].flatMap(({ volumeMounts }) =>
    volumeMounts.map(({ name }) => name),
  );
  expect([...new Set(mounted)].sort()).toEqual(there.sort());
  for (const { configMap, persistentVolumeClaim } of volumes) {
    if (configMap !== undefined) expect(generated).toContain(configMap.name);
    if (persistentVolumeClaim !== undefined)
      expect(namesOf('PersistentVolumeClaim')).toContain(persistentVolumeClaim.claimName);
  }
});

/** Every secret that is used, with the keys that are read from it. */
function secretsInUse(): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  const note = (name: string, key: string) =>
    used.set(name, (used.get(name) ?? new Set<string>()).add(key));
  for (const workload of workloads) {
    const containers = allContainers(workload);
    for (const { valueFrom } of containers.flatMap(({ env }) => env))
      if (valueFrom?.secretKeyRef !== undefined)
        note(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
    for (const { name, secret } of workload.spec.template.spec.volumes) {
      for (const { key } of secret?.items ?? []) note(secret?.secretName ?? '', key);
      if (secret?.items.length !== 0) continue;
      // The whole secret: its keys are the files that the environment names below the mount.
      for (const { volumeMounts, env } of containers) {
        const path = volumeMounts.find((mount) => mount.name === name)?.mountPath;
        const files = env.map(({ value = '' }) => value).filter((value) => dirname(value) === path);
        for (const file of files) note(secret.secretName, basename(file));
      }
    }
  }
  return used;
}

it('documents every secret that it names, with its keys, and holds none', () => {
  expect(namesOf('Secret')).toEqual([]);
  const row = /^\| `(cairn-[a-z-]+)`\s*\| (.*?)\s*\|/gm;
  const documented = [...readText('docs/operating/deploying.md').matchAll(row)].map(
    ([, name = '', keys = '']) => [name, [...keys.matchAll(/`([^`]+)`/g)].map(([, key]) => key)],
  );
  const inUse = [...secretsInUse()].map(([name, keys]) => [name, [...keys].sort()]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(inUse));
});

it('lets into the databases the services alone, and leaves out no pod that is one', () => {
  const policy = objects.find(({ metadata }) => metadata.name === 'databases');
  expect(policy).toMatchObject({
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/component': 'database' } },
      ingress: [
        {
          from: [
            {
              podSelector: {
                matchExpressions: [
                  { key: 'app.kubernetes.io/name', values: ['summit', 'vessel', 'nats'] },
                ],
              },
            },
          ],
        },
      ],
    },
  });
  const labelled = workloads
    .filter(
      ({ spec }) => spec.template.metadata.labels['app.kubernetes.io/component'] === 'database',
    )
    .map(({ metadata }) => metadata.name);
  expect(labelled.sort()).toEqual(['postgres', 'redis']);
});
