import { type App, buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { ConfigError } from './environment.ts';
import { PermanentError } from './errors.ts';

const LEAST_NODE = 24;

/** A binary called by its path may run under the machine's older Node, which fails later and in odd ways. */
function assertNode(): void {
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    fail(
      `Node ${LEAST_NODE} or newer is needed, this is ${process.version}; use the npm scripts, which bring their own`,
    );
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function start(): Promise<App> {
  try {
    // A process whose queue stands still ends as one that failed, so that whoever runs it starts another one.
    const app = await buildApp(readConfig(process.env), { onStandstill: () => void stop(app, 1) });
    await app.listen();
    return app;
  } catch (error) {
    return fail(explain(error));
  }
}

/** A fault of the start is told in one line with its remedy, without a stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof PermanentError) {
    return error.message;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${process.env.BRIDGE_PORT ?? 8100} is taken; stop what listens there or set BRIDGE_PORT`;
  }
  return `the bridge cannot start: ${error instanceof Error ? error.message : 'unknown reason'}`;
}

/** In order, if that can be done in time: BullMQ waits for a lost Redis for ever. What is not handed back the next worker finds. */
async function stop(app: App, exitCode = 0): Promise<void> {
  const cutShort = (code: string) => {
    app.log.error('service.stop-cut-short', { code });
    process.exit(1);
  };
  setTimeout(() => cutShort('timeout'), app.stopWithinMs);
  try {
    await app.close();
    process.exit(exitCode);
  } catch (error) {
    cutShort(error instanceof Error ? error.name : 'unknown');
  }
}

assertNode();
const app = await start();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void stop(app);
  });
}
// Whatever got here left the process in a state nobody thought of; its words may quote a record, its class does not.
process.on('uncaughtException', (error) => {
  app.log.error('service.failed', { code: error.name });
  process.exit(1);
});
