import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readText, root } from './source-tree.ts';

const secretKey = z.looseObject({ name: z.string(), key: z.string() });
const environment = z.array(
  z.looseObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z.looseObject({ secretKeyRef: secretKey }).optional(),
  }),
);
const probe = z
  .looseObject({ httpGet: z.looseObject({ path: z.string(), port: z.string() }).optional() })
  .optional();
const container = z.looseObject({
  name: z.string(),
  image: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: environment.default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
  livenessProbe: probe,
  readinessProbe: probe,
  securityContext: z.unknown(),
});
const items = z.array(z.looseObject({ key: z.string(), path: z.string() })).default([]);
const volume = z.looseObject({
  name: z.string(),
  secret: z.looseObject({ secretName: z.string(), items }).optional(),
  configMap: z.looseObject({ name: z.string() }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
});
const workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        securityContext: z.unknown(),
        initContainers: z.array(container).default([]),
        containers: z.array(container),
        volumes: z.array(volume).default([]),
      }),
    }),
    volumeClaimTemplates: z
      .array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) }))
      .default([]),
  }),
});
const anyObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const kustomization = z.looseObject({
  resources: z.array(z.string()),
  images: z.array(z.looseObject({ name: z.string(), newTag: z.string() })).default([]),
  patches: z.array(z.looseObject({ path: z.string() })).default([]),
  configMapGenerator: z
    .array(z.looseObject({ name: z.string(), files: z.array(z.string()) }))
    .default([]),
});
const service = z.looseObject({
  image: z.string(),
  build: z.looseObject({ target: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.unknown(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
});
const compose = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()),
});

export type Container = z.output<typeof container>;
export type Workload = z.output<typeof workload>;
export type KubernetesObject = z.output<typeof anyObject>;

/** `deploy/compose.yaml` with its anchors and merges resolved; variables stay as they are written. */
export function composeFile(): z.output<typeof compose> {
  return compose.parse(parse(readText('deploy/compose.yaml'), { merge: true }));
}

export const BASE = 'deploy/kubernetes/base';
export const OVERLAY = 'deploy/kubernetes/overlays/example';

export function kustomizationOf(folder: string): z.output<typeof kustomization> {
  return kustomization.parse(parse(readText(`${folder}/kustomization.yaml`)));
}

/** The documents that a kustomization lists, its own files only. */
export function objectsOf(folder: string): readonly KubernetesObject[] {
  return ownFiles(folder, kustomizationOf(folder).resources).flatMap(documentsOf);
}

/** The partial documents that a kustomization lays over others. */
export function patchesOf(folder: string): readonly KubernetesObject[] {
  const paths = kustomizationOf(folder).patches.map(({ path }) => path);
  return ownFiles(folder, paths).flatMap(documentsOf);
}

export function workloadsOf(objects: readonly KubernetesObject[]): readonly Workload[] {
  return objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map((object) => workload.parse(object));
}

/** Files in a kustomization's folder that it neither lists nor generates from. */
export function unlistedFiles(folder: string): readonly string[] {
  const { resources, patches, configMapGenerator } = kustomizationOf(folder);
  const listed = new Set([
    'kustomization.yaml',
    ...resources,
    ...patches.map(({ path }) => path),
    ...configMapGenerator.flatMap(({ files }) => files),
  ]);
  return readdirSync(join(root, folder)).filter((name) => !listed.has(name));
}

function ownFiles(folder: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.yaml')).map((name) => `${folder}/${name}`);
}

function documentsOf(file: string): readonly KubernetesObject[] {
  return parseAllDocuments(readText(file)).map((document) => anyObject.parse(document.toJS()));
}

/** What `deploy/Containerfile` says of a target. */
export interface ImageTarget {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly exposedPort: string | undefined;
  readonly healthcheck: string | undefined;
  readonly user: string | undefined;
}

export function imageTargets(): readonly ImageTarget[] {
  const text = readText('deploy/Containerfile').replaceAll(/\\\n\s*/g, '');
  return text.split(/^(?=FROM )/m).flatMap((stage) => {
    const name = /^FROM \S+ AS (\S+)/.exec(stage)?.[1];
    if (name === undefined) return [];
    const settings = [...stage.matchAll(/^ENV (.*)$/gm)].flatMap(([, line]) =>
      [...(line ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]),
    );
    return {
      name,
      environment: Object.fromEntries(settings) as Record<string, string>,
      exposedPort: /^EXPOSE (\d+)/m.exec(stage)?.[1],
      healthcheck: /^HEALTHCHECK (.*)$/m.exec(stage)?.[1],
      user: /^USER (.*)$/m.exec(stage)?.[1],
    };
  });
}
