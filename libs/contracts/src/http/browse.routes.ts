import { z } from 'zod';
import { differenceSchema } from '../channel-change.js';
import {
  builtVersionPageSchema,
  carriedPageSchema,
  carriedQuerySchema,
  channelViewSchema,
  differenceQuerySchema,
  versionQuerySchema,
} from '../channel-view.js';
import {
  builtPackageSchema,
  capabilityQuerySchema,
  capabilityUsersSchema,
  dependantPageSchema,
  dependantQuerySchema,
  filePageSchema,
  fileQuerySchema,
  packageChoiceSchema,
  packagePageSchema,
  packageQuerySchema,
} from '../package-view.js';
import { nameSchema, sourceNameSchema } from '../values.js';
import { defineRoute } from './http-route.js';

const channelParams = z.strictObject({ channel: nameSchema });
const packageParams = z.strictObject({ channel: nameSchema, name: sourceNameSchema });

export const listChannels = defineRoute({
  method: 'GET',
  path: '/api/v1/channels',
  policy: 'public-read',
  summary: 'Channels with their streams and versions, and the URL for `moss repo add`.',
  reply: z.object({ repositoryUrl: z.string(), channels: z.array(channelViewSchema) }),
});

export const listPackages = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/packages',
  policy: 'public-read',
  summary: 'A page of the packages in a version of a channel.',
  params: channelParams,
  query: packageQuerySchema.strict(),
  reply: packagePageSchema,
});

export const compareVersions = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/difference',
  policy: 'public-read',
  summary: 'What differs between two versions of a channel.',
  params: channelParams,
  query: differenceQuerySchema.strict(),
  reply: differenceSchema,
});

export const listCapabilityUsers = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/capabilities',
  policy: 'public-read',
  summary: 'Who provides and who needs a capability in a version of a channel.',
  params: channelParams,
  query: capabilityQuerySchema.strict(),
  reply: capabilityUsersSchema,
});

export const listVersions = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/versions',
  policy: 'public-read',
  summary: 'A page of the versions of a channel, newest first: what each changed, and who made it.',
  params: channelParams,
  query: versionQuerySchema.strict(),
  reply: builtVersionPageSchema,
});

export const getPackage = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/packages/:name',
  policy: 'public-read',
  summary:
    'One package of a version: metadata, dependencies with their providers, releases and what built them.',
  params: packageParams,
  query: packageChoiceSchema.strict(),
  reply: builtPackageSchema,
});

export const listPackageFiles = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/packages/:name/files',
  policy: 'public-read',
  summary: 'A page of the files of a package.',
  params: packageParams,
  query: fileQuerySchema.strict(),
  reply: filePageSchema,
});

export const listPackageDependants = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/packages/:name/dependants',
  policy: 'public-read',
  summary: 'A page of the packages of a version that need something which a package provides.',
  params: packageParams,
  query: dependantQuerySchema.strict(),
  reply: dependantPageSchema,
});

export const listPackageVersions = defineRoute({
  method: 'GET',
  path: '/api/v1/channels/:channel/packages/:name/versions',
  policy: 'public-read',
  summary:
    'A page of the versions of a channel, newest first, with the release of a package that each carries.',
  params: packageParams,
  query: carriedQuerySchema.strict(),
  reply: carriedPageSchema,
});

export const browseRoutes = [
  listChannels,
  listPackages,
  compareVersions,
  listCapabilityUsers,
  listVersions,
  getPackage,
  listPackageFiles,
  listPackageDependants,
  listPackageVersions,
];
