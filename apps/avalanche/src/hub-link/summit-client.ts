import { type BuilderId } from '@cairn/identity';
import { type ContractClient } from '@cairn/messaging';
import { type SummitPort } from '../summit.port.js';

/** Speaks to summit as this builder. */
export class SummitClient implements SummitPort {
  constructor(
    private readonly client: ContractClient,
    private readonly builderId: BuilderId,
  ) {}

  request: SummitPort['request'] = (contract, body) =>
    this.client.request(contract, body, { builderId: this.builderId });

  requestWithBytes: SummitPort['requestWithBytes'] = (contract, meta, bytes) =>
    this.client.requestWithBytes(contract, meta, bytes, { builderId: this.builderId });
}
