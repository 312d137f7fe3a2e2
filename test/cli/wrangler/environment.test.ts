import { readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { afterEach, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { configOf, type Environment } from "../../../src/cli/wrangler/environment.ts";

const written: string[] = [];
afterEach(() => {
  for (const path of written.splice(0)) rmSync(path, { force: true });
});

interface Config {
  readonly name: string;
  readonly r2_buckets: readonly { readonly bucket_name: string }[];
  readonly d1_databases: readonly { readonly database_name: string }[];
  readonly queues: {
    readonly producers: readonly { readonly queue: string }[];
    readonly consumers: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly ratelimits: readonly { readonly namespace_id: string }[];
  readonly routes?: unknown;
  readonly workers_dev?: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly [part: string]: unknown;
}

function read(environment: Environment): Config {
  const path = configOf(environment);
  if (path.endsWith(".json")) written.push(path);
  return unstable_readConfig({ config: path });
}

function namesIn({ r2_buckets, d1_databases, queues, name }: Config): string[] {
  return [
    name,
    ...r2_buckets.map(({ bucket_name }) => bucket_name),
    ...d1_databases.map(({ database_name }) => database_name),
    ...queues.producers.map(({ queue }) => queue),
    ...queues.consumers.flatMap(({ queue, dead_letter_queue }) =>
      dead_letter_queue === undefined ? [queue] : [queue, dead_letter_queue],
    ),
  ];
}

it("production is wrangler.toml", () => {
  expect(basename(configOf({}))).toBe("wrangler.toml");
});

it("another environment is the same with resources of its own", () => {
  const [production, other] = [read({}), read({ name: "test-env" })];
  expect(namesIn(other)).toEqual(
    namesIn(production).map((name) => name.replace(/^undertone/, "undertone-test-env")),
  );
  const namespaces = (config: Config) => config.ratelimits.map(({ namespace_id }) => namespace_id);
  expect(namespaces(other)).not.toEqual(namespaces(production));
  expect(namespaces(other)).toEqual([expect.stringMatching(/^\d+$/)]);
  for (const part of [
    "limits",
    "placement",
    "observability",
    "version_metadata",
    "define",
  ] as const) {
    expect(other[part]).toEqual(production[part]);
  }
  expect(other.vars).toEqual({
    ...production.vars,
    ANALYTICS_DATASET: "undertone_metrics_test_env",
  });
  expect(other.d1_databases[0]).not.toHaveProperty("preview_database_id");
});

it("a domain is the Worker's only address, and the one in its links", () => {
  const { routes, workers_dev, vars, name } = read({ domain: "undertone.example.com" });
  expect(name).toBe("undertone");
  expect(routes).toEqual([{ pattern: "undertone.example.com", custom_domain: true }]);
  expect(workers_dev).toBe(false);
  expect(vars.PUBLIC_ORIGIN).toBe("https://undertone.example.com");
  const [path = ""] = written;
  expect(JSON.parse(readFileSync(path, "utf8")).name).toBe("undertone");
});

it.each(["", "Staging", "a b", "-x", "../x", "production", "x".repeat(32)])(
  "%j is no name of an environment",
  (name) => {
    expect(() => configOf({ name })).toThrow(/lower-case/);
  },
);

it.each(["localhost", "https://a.example", "a.example/x", "a.example:8080", ""])(
  "%j is no domain",
  (domain) => {
    expect(() => configOf({ domain })).toThrow(/host name/);
  },
);
