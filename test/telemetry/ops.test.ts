import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PROBLEM_TYPES } from "../../src/http/answer/problem-types.ts";
import { STAGES } from "../../src/telemetry/cost.ts";
import { INSTRUMENTS, type Instrument } from "../../src/telemetry/instruments.ts";
import { prometheusMetrics } from "../../src/telemetry/prometheus.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string; readonly summary: string };
}
const { groups } = parse(read("ops/prometheus/alerts.yaml")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
const dashboard: Dashboard = JSON.parse(read("ops/grafana/undertone.json"));
const panels = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll("$__rate_interval", "5m") })),
);
const runbook = read("docs/runbook.md");
const documented = [...runbook.matchAll(/`(sum by [^`]+)`/g)].map(([, expr]) => String(expr));

const expressions = [
  ...rules.map(({ alert, expr }) => ({ of: alert, expr })),
  ...panels.map(({ title, expr }) => ({ of: title, expr })),
  ...documented.map((expr) => ({ of: "docs/runbook.md", expr })),
];

/** Metrics and their labels' matchers in an expression. */
function selectorsOf(expr: string) {
  return Array.from(expr.matchAll(/\b([a-z]+_[a-z0-9_]+)(?:\{([^}]*)\})?(?=[[)\s]|$)/g))
    .map(([, name, matchers = ""]) => ({ name: String(name), matchers }))
    .filter(({ name }) => /^(undertone|nodejs|process)_/.test(name));
}

test.each(expressions)("$of: $expr is PromQL", ({ expr }) => {
  const errors: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from }) => void (type.isError && errors.push(from)),
  });
  expect(errors).toEqual([]);
});

test("alerts, panels and the runbook name only metrics that a server exports", async () => {
  const text = await prometheusMetrics().text();
  const types = new Map(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) => [name, type]),
  );
  const isExported = (name: string) =>
    types.has(name) || types.get(name.replace(/_(bucket|sum|count)$/, "")) === "histogram";
  const named = expressions.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name));
  const mentioned = runbook.match(/\b(undertone|nodejs|process)_[a-z0-9_]+/g) ?? [];
  expect(named.length).toBeGreaterThan(rules.length);
  expect([...named, ...mentioned].filter((name) => !isExported(name))).toEqual([]);
});

test("they ask for labels that the metrics have, and for slugs and stages that there are", () => {
  for (const { of, expr } of expressions) {
    for (const { name, matchers } of selectorsOf(expr)) {
      const base = name.replace(/_(bucket|sum|count)$/, "");
      const instrument = (INSTRUMENTS as Readonly<Record<string, Instrument>>)[base];
      for (const [, label, values] of matchers.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)) {
        expect(instrument?.labels, `${of}: ${label}`).toContain(label);
        const known = { slug: Object.keys(PROBLEM_TYPES), stage: STAGES as readonly string[] };
        if (label !== "slug" && label !== "stage") continue;
        for (const value of String(values).split("|")) expect(known[label]).toContain(value);
      }
    }
  }
});

test("each alert has its place in the runbook, and the runbook has no other", () => {
  const headings = Array.from(runbook.matchAll(/^## (\w+)$/gm), ([, alert]) => alert);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  }
});
