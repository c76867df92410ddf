import { artefactRead } from '@cairn/contracts';
import type { ContractClient } from '@cairn/messaging';

/** A piece of an artefact, and the size of the whole as its holder has it. */
export interface ArtefactPiece {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}

/** Where a piece lies. */
export interface ArtefactRange {
  readonly builderId: string;
  readonly attemptId: string;
  readonly sha256: string;
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Reads artefacts out of builders, on a connection on which nothing else travels. */
export class ArtefactGateway {
  constructor(private readonly client: ContractClient) {}

  /** Throws `AppError`s; nearly all of them may pass by themselves. */
  async read(range: ArtefactRange): Promise<ArtefactPiece> {
    const { builderId, ...request } = range;
    const { reply, bytes } = await this.client.requestBytes(artefactRead, request, { builderId });
    return { sizeBytes: reply.sizeBytes, bytes };
  }
}
