import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { LATEST_MIGRATION } from "../../src/database/latest-migration.ts";
import { MESSAGE_TRIES } from "../../src/queue/messages.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const guide = readFileSync(join(REPOSITORY, "docs/deploying.md"), "utf8");
interface Config {
  readonly r2_buckets: readonly { binding: string; bucket_name: string }[];
  readonly d1_databases: readonly { binding: string; database_name: string }[];
  readonly queues: {
    readonly producers: readonly { binding: string }[];
    readonly consumers: readonly {
      queue: string;
      max_retries?: number;
      dead_letter_queue?: string;
    }[];
  };
  readonly vars: Readonly<Record<string, unknown>>;
}

const config: Config = unstable_readConfig({ config: join(REPOSITORY, "wrangler.toml") });

it("docs/deploying.md creates every bucket, database and queue of wrangler.toml", () => {
  const buckets = config.r2_buckets.map(({ bucket_name }) => `r2 bucket create ${bucket_name}`);
  const databases = config.d1_databases.map(({ database_name }) => `d1 create ${database_name}`);
  const queues = config.queues.consumers.map(({ queue }) => `queues create ${queue}`);
  const commands = [...buckets, ...databases, ...queues].map(
    (command) => `npx wrangler ${command}`,
  );
  expect(commands).toHaveLength(8);
  for (const command of commands) expect(guide).toMatch(new RegExp(`^ +${command}( |$)`, "m"));
});

it("docs/deploying.md gives the defaults of wrangler.toml", () => {
  for (const name of [
    "RESULT_TTL",
    "JOB_LEASE_SECONDS",
    "JOB_RETRY_SECONDS",
    "JOB_STALL_SECONDS",
    "REMEMBER_SECONDS",
    "BUCKET_OPTIONS",
  ]) {
    const row = guide.split("\n").find((line) => line.startsWith(`| \`${name}\``));
    expect(row?.split("|")[2]?.replaceAll("`", "").trim()).toBe(config.vars[name]);
  }
});

it("package.json describes to the deploy button each binding that it makes", () => {
  const { cloudflare } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  const made = [...config.r2_buckets, ...config.d1_databases, ...config.queues.producers];
  expect(Object.keys(cloudflare.bindings)).toEqual(made.map(({ binding }) => binding));
  for (const { description } of Object.values<{ description: string }>(cloudflare.bindings)) {
    expect(description).toMatch(/\.$/);
  }
});

it("a self-test asks for the newest migration", () => {
  const files = readdirSync(join(REPOSITORY, "migrations")).sort();
  expect(LATEST_MIGRATION).toBe(files.at(-1));
});

it("a message of a job is tried as often on Cloudflare as elsewhere", () => {
  const work = config.queues.consumers.find(({ queue }) => queue === "undertone-work");
  expect(1 + Number(work?.max_retries)).toBe(MESSAGE_TRIES);
});

it("every queue that has a consumer, but the last one, has the dead letters behind it", () => {
  for (const { queue, dead_letter_queue } of config.queues.consumers) {
    const isLast = queue === "undertone-dead-letters";
    expect(dead_letter_queue, queue).toBe(isLast ? undefined : "undertone-dead-letters");
  }
});

it("docs/operating.md lists every event that is logged", () => {
  const sources = ["src", "functions"].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(REPOSITORY, folder, file), "utf8")),
  );
  const events = sources.flatMap((source) =>
    Array.from(source.matchAll(/\bevent(?::| =) "([a-z-]+)"/g), ([, event]) => event as string),
  );
  expect(new Set(events).size).toBeGreaterThan(15);
  const operating = readFileSync(join(REPOSITORY, "docs/operating.md"), "utf8");
  const rows = operating.split("\n").filter((line) => line.startsWith("| `"));
  const listed = rows.map((row) => row.split("|")[1]).join();
  expect([...new Set(events)].filter((event) => !listed.includes(`\`${event}\``))).toEqual([]);
});
