import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../bridge/observe/metrics.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

let rules: Rule[];
let dashboard: string[];
/** Of each metric that is scraped: its labels. A histogram is scraped under three names. */
let labelsOf: Map<string, string[]>;

beforeAll(async () => {
  const file = parse(await read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
  rules = file.groups.flatMap((group) => group.rules);
  const { panels } = JSON.parse(await read('deploy/grafana/dashboards/bridge.json')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  dashboard = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const { registry } = createMetrics();
  const scraped = await registry.metrics();
  labelsOf = new Map([['up', []]]);
  for (const [, name = '', type] of scraped.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    const { labelNames = [] } = registry.getSingleMetric(name) as unknown as { labelNames?: string[] };
    const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : [name];
    for (const each of names) labelsOf.set(each, labelNames);
  }
});

/** Names of metrics in an expression, and the labels that it picks by. */
function namesIn(expr: string): { metrics: string[]; labels: [metric: string, label: string][] } {
  const found = [...expr.matchAll(/\b((?:bridge|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)];
  const labels = found.flatMap(([, metric = '', picked = '']) =>
    [...picked.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']): [string, string] => [metric, label]),
  );
  return { metrics: found.map(([, metric = '']) => metric), labels };
}

test('every metric that an alert or the dashboard asks for is there, with the labels it is picked by', () => {
  for (const expr of [...rules.map((rule) => rule.expr), ...dashboard]) {
    const { metrics, labels } = namesIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) expect([...labelsOf.keys()]).toContain(metric);
    for (const [metric, label] of labels) {
      // Prometheus adds these two.
      expect(['job', 'instance', ...(labelsOf.get(metric) ?? [])]).toContain(label);
    }
  }
});

test('every metric of ours is on the dashboard', () => {
  const shown = dashboard.flatMap((expr) =>
    namesIn(expr).metrics.map((name) => name.replace(/_(bucket|sum|count)$/, '')),
  );
  const ours = [...labelsOf.keys()].filter((name) => name.startsWith('bridge_'));
  const missing = new Set(
    ours.map((name) => name.replace(/_(bucket|sum|count)$/, '')).filter((name) => !shown.includes(name)),
  );
  expect([...missing]).toEqual([]);
});

test('every alert has a runbook of its name, and every runbook its alert', async () => {
  const page = await read('docs/operations.md');
  const section = page.slice(page.indexOf('## Runbooks'));
  const runbooks = [...section.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(runbooks.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  for (const { alert, labels, annotations } of rules) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(page|ticket)$/)]);
    expect(annotations.summary.length).toBeGreaterThan(10);
  }
});

test('every metric that a page names is there, and every alarm is told', async () => {
  const known = new Set([...labelsOf.keys()].flatMap((name) => [name, name.replace(/_(bucket|sum|count)$/, '')]));
  const files = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md'));
  const texts = await Promise.all(files.map((file) => read(`docs/${file}`)));
  const named = texts.flatMap((text) => [...text.matchAll(/\b(?:bridge|process|nodejs)_[a-z][a-z0-9_]+/g)]);
  expect(named.length).toBeGreaterThan(10);
  expect(named.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);

  const page = await read('docs/operations.md');
  const section = page.slice(page.indexOf('## Alarms'), page.indexOf('## Dead letters'));
  const told = [...section.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name);
  const { registry } = createMetrics();
  const alarms = [...(await registry.metrics()).matchAll(/^bridge_alarms_total\{alarm="([\w-]+)"\}/gm)];
  expect(told.toSorted()).toEqual(alarms.map(([, name]) => name).toSorted());
});

test('no label could grow with the patients', () => {
  const labels = new Set([...labelsOf].filter(([name]) => name.startsWith('bridge_')).flatMap(([, names]) => names));
  const bounded = ['queue', 'state', 'check', 'method', 'route', 'status', 'outcome', 'alarm', 'event', 'what'];
  const ofCodes = ['disposition', 'rule', 'code', 'reason', 'next', 'kind', 'target', 'le'];
  expect([...labels].filter((label) => ![...bounded, ...ofCodes].includes(label))).toEqual([]);
});
