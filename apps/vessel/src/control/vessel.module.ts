import { Module, type DynamicModule } from '@nestjs/common';
import { BrowseNatsController } from '../browse/browse.nats.controller.js';
import { ChannelBrowser } from '../browse/channel-browser.js';
import { PackageDetails } from '../browse/package-details.js';
import { PackageSearch } from '../browse/package-search.js';
import { VersionTimeline } from '../browse/version-timeline.js';
import { ImportService } from '../imports/import.service.js';
import { ImportsNatsController } from '../imports/imports.nats.controller.js';
import { PruneNatsController } from '../prune/prune.nats.controller.js';
import { PruneService } from '../prune/prune.service.js';
import { ChannelChangeService } from '../publishing/channel-change.service.js';
import { ChannelEnsureService } from '../publishing/channel-ensure.service.js';
import { PublicationService } from '../publishing/publication.service.js';
import { PublishingNatsController } from '../publishing/publishing.nats.controller.js';

/** The services that answer messages. */
export interface AnsweringServices {
  readonly imports: ImportService;
  readonly channels: ChannelEnsureService;
  readonly changes: ChannelChangeService;
  readonly publications: PublicationService;
  readonly browser: ChannelBrowser;
  readonly timeline: VersionTimeline;
  readonly search: PackageSearch;
  readonly details: PackageDetails;
  readonly pruning: PruneService;
}

/** Connects the controllers with services that were put together elsewhere. */
@Module({})
export class VesselModule {
  static with(services: AnsweringServices): DynamicModule {
    return {
      module: VesselModule,
      controllers: [
        ImportsNatsController,
        PublishingNatsController,
        BrowseNatsController,
        PruneNatsController,
      ],
      providers: [
        { provide: ImportService, useValue: services.imports },
        { provide: ChannelEnsureService, useValue: services.channels },
        { provide: ChannelChangeService, useValue: services.changes },
        { provide: PublicationService, useValue: services.publications },
        { provide: PruneService, useValue: services.pruning },
        { provide: ChannelBrowser, useValue: services.browser },
        { provide: VersionTimeline, useValue: services.timeline },
        { provide: PackageSearch, useValue: services.search },
        { provide: PackageDetails, useValue: services.details },
      ],
    };
  }
}
