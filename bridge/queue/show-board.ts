import type { Queue } from 'bullmq';
import type { RequestHandler } from 'express';
import { QUEUES, type QueueName } from './specs.ts';

/**
 * Bull Board over every queue, for looking only: what is run again goes through our own API, which logs it. Loaded when it is
 * first needed; only a process that serves HTTP does.
 *
 * @param basePath - Where it is mounted.
 */
export async function createBoard(queues: ReadonlyMap<QueueName, Queue>, basePath: string): Promise<RequestHandler> {
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/express'),
  ]);
  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  const adapters = [...queues].map(([name, queue]) => {
    const adapter = new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false });
    // Nothing that the queue's spec does not name is shown, whoever put it there.
    adapter.setFormatter(
      'data',
      (data: unknown) => QUEUES[name].payload.safeParse(data).data ?? 'not what this queue takes',
    );
    return adapter;
  });
  createBullBoard({ queues: adapters, serverAdapter, options: { uiConfig: { boardTitle: 'Fasten-Medplum bridge' } } });
  return serverAdapter.getRouter() as RequestHandler;
}
