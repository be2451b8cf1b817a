import { createObjectStore } from '@cropline/storage';
import { createBatchService } from '../create-batch-service.js';

/** The program of a process that asks whether the queue's Redis answers, and says so. */
const [redisUrl = ''] = process.argv.slice(2);
const store = createObjectStore({ region: 'us-east-1' });
const service = createBatchService({
  redisUrl,
  prefix: '{spec}',
  store,
  outputUrl: 's3://bucket/out',
});
try {
  await service.check();
  process.stdout.write('it answers\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
await service.close();
store.close();
