import { type ServiceRole } from '@cairn/identity';
import { attemptFailed, attemptSucceeded, logAppend } from './attempt.contract.js';
import {
  capabilityUsers,
  channelList,
  packageDependants,
  packageFiles,
  packageList,
  packageShow,
  packageVersions,
  versionDifference,
  versionList,
} from './browse.contract.js';
import {
  changeSetPublish,
  changeSetPublished,
  channelChange,
  channelEnsure,
  poolPrune,
  streamMoved,
} from './channel.contract.js';
import { importCancel, importFinished, importStart } from './import.contract.js';
import { type NatsContract } from './nats-contract.js';
import { artefactRead, orderBuild, orderCancel } from './order.contract.js';
import { heartbeat, hello } from './session.contract.js';

/** Every message that may travel; permissions and start-up checks are made from this list. */
export const NATS_CONTRACTS: readonly NatsContract[] = [
  hello,
  heartbeat,
  attemptSucceeded,
  attemptFailed,
  logAppend,
  orderBuild,
  orderCancel,
  artefactRead,
  importStart,
  importCancel,
  importFinished,
  channelEnsure,
  changeSetPublish,
  changeSetPublished,
  streamMoved,
  channelList,
  packageList,
  channelChange,
  poolPrune,
  versionDifference,
  capabilityUsers,
  versionList,
  packageShow,
  packageFiles,
  packageDependants,
  packageVersions,
];

/** The contracts that this party must answer. */
export function contractsTo(role: ServiceRole): readonly NatsContract[] {
  return NATS_CONTRACTS.filter((contract) => contract.to === role);
}
