import { type DynamicModule, Module } from '@nestjs/common';
import type { BatchService, QueueMonitor } from '@cropline/queue';
import type { Admission } from './access/admission.js';
import { AdminController } from './admin/admin-controller.js';
import { BatchesController } from './batches/batches-controller.js';
import { ResultsController } from './batches/results-controller.js';
import { SummaryController } from './batches/summary-controller.js';
import { ClassificationsController } from './classifications/classifications-controller.js';
import { EventsController } from './events/events-controller.js';
import { HealthController } from './health/health-controller.js';
import type { Readiness } from './health/readiness.js';
import type { ApiLimits } from './limits/api-limits.js';
import { BATCH_SERVICE, READINESS, STOPPING, UPLOADS } from './service-tokens.js';
import type { Uploads } from './uploads/uploads.js';
import { UploadsController } from './uploads/uploads-controller.js';

/** What the controllers work with. */
export interface ApiServices {
  readonly batches: BatchService;
  readonly uploads: Uploads;
  /** A look at the queues. */
  readonly monitor: QueueMonitor;
  readonly readiness: Readiness;
  /** Aborted when the API begins to stop. */
  readonly stopping: AbortSignal;
  /** Who may ask for something. */
  readonly admission: Admission;
  /** What callers are held to. */
  readonly limits: ApiLimits;
}

/** The endpoints of the API over given services. */
@Module({})
export class ApiModule {
  static over({
    batches,
    uploads,
    readiness,
    stopping,
  }: Omit<ApiServices, 'admission' | 'limits' | 'monitor'>): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        BatchesController,
        ResultsController,
        SummaryController,
        EventsController,
        ClassificationsController,
        UploadsController,
        AdminController,
        HealthController,
      ],
      providers: [
        { provide: BATCH_SERVICE, useValue: batches },
        { provide: UPLOADS, useValue: uploads },
        { provide: READINESS, useValue: readiness },
        { provide: STOPPING, useValue: stopping },
      ],
    };
  }
}
