import type { RequestListener } from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { shownUrl } from '@cropline/storage';
import type { Queue } from 'bullmq';

const URL_START = /^[a-z][a-z0-9+.-]*:/iu;

/** Bull Board over some queues, to look at only, for a path below which its pages ask for what they need. */
export function bullBoard(queues: readonly Queue[], path: string): RequestListener {
  const serverAdapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: queues.map((queue) => {
      const adapter = new BullMQAdapter(queue, { readOnlyMode: true });
      adapter.setFormatter('data', withoutQueries);
      return adapter;
    }),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Cropline' } },
  });
  // Bull Board would tell what Redis, or its connection, said.
  serverAdapter.setErrorHandler(() => ({
    status: 500,
    body: {
      error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' },
      message: 'Expected Redis to answer, but it did not; try again.',
    },
  }));
  return serverAdapter.getRouter() as RequestListener;
}

/** What a job carries, with each URL as it may be shown. */
function withoutQueries(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data, (_, value: unknown) =>
      typeof value === 'string' && URL_START.test(value) ? shownUrl(value) : value,
    ),
  );
}
