import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MedplumClient } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

const spans: Span[] = [];
let receiver: Server;
let world: World;
let clinician: MedplumClient;

/** Takes what OTLP over HTTP sends as JSON. */
beforeAll(async () => {
  receiver = createServer(async (incoming, reply) => {
    const { resourceSpans } = JSON.parse((await incoming.setEncoding('utf8').toArray()).join(''));
    for (const { scopeSpans } of resourceSpans) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    reply.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  world = await startWorld({ more: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
  await new Promise((resolve) => receiver.close(resolve));
});

test('one trace leads from a webhook through its jobs and the download to what was written, and names nobody', async () => {
  const patient = await clinician.createResource({ resourceType: 'Patient' });
  await connectChart(world, clinician, patient, { persona: { seed: 5, resources: 60 } });
  const load = await eventually(async () => spans.find(({ name }) => name === 'load'));
  const path = await eventually(async () => {
    const ofTrace = spans.filter(({ traceId }) => traceId === load.traceId);
    const steps: string[] = [];
    for (let step: Span | undefined = load; step; ) {
      steps.unshift(step.name);
      const { parentSpanId }: Span = step;
      step = ofTrace.find(({ spanId }) => spanId === parentSpanId);
    }
    // The spans of a job are sent when it has ended, its parent's before.
    return steps[0] === 'webhook' ? { steps, names: ofTrace.map(({ name }) => name) } : undefined;
  });
  expect(path.steps).toEqual(['webhook', 'job export-ready', 'job import', 'load']);
  expect(path.names).toEqual(expect.arrayContaining(['download', 'medplum POST Bundle']));
  expect(world.log()).toMatch(
    new RegExp(`"import.done".*"traceId":"${load.traceId}"|"traceId":"${load.traceId}".*"import.done"`),
  );

  const texts = spans.flatMap(({ name, attributes }) => [name, ...attributes.map((each) => JSON.stringify(each))]);
  for (const text of texts) expect(text).not.toMatch(/org_connection|_source|Patient\/|\?/);
  const jobs = await world.redis.dump();
  expect(jobs).toContain(load.traceId);
});
