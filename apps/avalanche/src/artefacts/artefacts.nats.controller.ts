import { artefactRead, type RequestOf } from '@cairn/contracts';
import { Handles } from '@cairn/messaging';
import { Controller } from '@nestjs/common';
import { ArtefactsService, type ArtefactPiece } from './artefacts.service.js';

@Controller()
export class ArtefactsNatsController {
  constructor(private readonly artefacts: ArtefactsService) {}

  @Handles(artefactRead)
  read(request: RequestOf<typeof artefactRead>): Promise<ArtefactPiece> {
    return this.artefacts.read(request);
  }
}
