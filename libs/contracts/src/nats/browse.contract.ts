import { z } from 'zod';
import { differenceSchema } from '../channel-change.js';
import {
  carriedPageSchema,
  carriedQuerySchema,
  channelViewSchema,
  differenceQuerySchema,
  versionPageSchema,
  versionQuerySchema,
} from '../channel-view.js';
import {
  capabilityQuerySchema,
  capabilityUsersSchema,
  dependantPageSchema,
  dependantQuerySchema,
  filePageSchema,
  fileQuerySchema,
  packageChoiceSchema,
  packageDetailSchema,
  packagePageSchema,
  packageQuerySchema,
} from '../package-view.js';
import { nameSchema, sourceNameSchema } from '../values.js';
import { defineContract } from './nats-contract.js';

const inChannel = { channel: nameSchema };
const ofPackage = { channel: nameSchema, name: sourceNameSchema };

export const channelList = defineContract({
  subject: 'vessel.channel.list.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'All channels with their streams and latest versions.',
  request: z.object({}),
  reply: z.object({ repositoryUrl: z.url(), channels: z.array(channelViewSchema) }),
  timeoutMs: 5_000,
});

export const packageList = defineContract({
  subject: 'vessel.package.list.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the packages in a version.',
  request: packageQuerySchema.extend(inChannel),
  reply: packagePageSchema,
  timeoutMs: 5_000,
});

export const versionDifference = defineContract({
  subject: 'vessel.version.difference.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'What differs between two versions of a channel.',
  request: differenceQuerySchema.extend(inChannel),
  reply: differenceSchema,
  timeoutMs: 10_000,
});

export const capabilityUsers = defineContract({
  subject: 'vessel.capability.users.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'Who provides and who needs a capability in a version.',
  request: capabilityQuerySchema.extend(inChannel),
  reply: capabilityUsersSchema,
  timeoutMs: 10_000,
});

export const versionList = defineContract({
  subject: 'vessel.version.list.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the versions of a channel, newest first: what each changed, and who made it.',
  request: versionQuerySchema.extend(inChannel),
  reply: versionPageSchema,
  timeoutMs: 10_000,
});

export const packageShow = defineContract({
  subject: 'vessel.package.show.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'Everything about one package of a version except its files and dependants.',
  request: packageChoiceSchema.extend(ofPackage),
  reply: packageDetailSchema,
  timeoutMs: 10_000,
});

export const packageFiles = defineContract({
  subject: 'vessel.package.files.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the files of a package.',
  request: fileQuerySchema.extend(ofPackage),
  reply: filePageSchema,
  timeoutMs: 10_000,
});

export const packageDependants = defineContract({
  subject: 'vessel.package.dependants.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the packages of a version that need something which a package provides.',
  request: dependantQuerySchema.extend(ofPackage),
  reply: dependantPageSchema,
  timeoutMs: 10_000,
});

export const packageVersions = defineContract({
  subject: 'vessel.package.versions.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the versions of a channel with the release of a package that each carries.',
  request: carriedQuerySchema.extend(ofPackage),
  reply: carriedPageSchema,
  timeoutMs: 10_000,
});
