import { Controller, Get, Header, Inject } from '@nestjs/common';
import { READINESS } from '../service-tokens.js';
import type { Readiness } from './readiness.js';

/** What /health answers when all is well. */
export interface Health {
  readonly status: 'ok';
}

/** Probes for whatever runs the API: is the process alive, can it do its work. */
@Controller('health')
export class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(READINESS) readiness: Readiness) {
    this.#readiness = readiness;
  }

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): Health {
    return { status: 'ok' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  async ready(): Promise<Health> {
    await this.#readiness.check();
    return { status: 'ok' };
  }
}
