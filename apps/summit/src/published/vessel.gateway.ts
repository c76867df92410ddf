import { type ContractClient } from '@cairn/messaging';

/** Injection token of the way to vessel (and to builders): requests by contract. */
export const VESSEL = Symbol('vessel');
export type VesselGateway = Pick<ContractClient, 'request'>;
