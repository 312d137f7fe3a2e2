/** A deployment in regions in real workerd: the Worker in front, and behind it the Workers of regions, as `wrangler deploy` builds them. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { writeRegionConfigs } from "../../src/cli/deploy/region-configs.ts";
import { applyMigrations } from "../../src/cli/wrangler/migrations.ts";
import { d1Database } from "../../src/database/d1.ts";
import type { Database } from "../../src/database/database.ts";
import type { LogEntry } from "../../src/log.ts";
import { type RegionList, regionBinding } from "../../src/regions/list.ts";
import { r2Store } from "../../src/store/r2.ts";
import type { Store } from "../../src/store/store.ts";
import { modulesOf } from "./built-worker.ts";
import { buildWorker } from "./worker-build.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");
const NAME = "undertone";

type Options = Parameters<typeof convertV4MiniflareOptions>[0];

/** A request with the properties that Cloudflare would give it. */
export type PlacedRequest = RequestInit & { readonly cf?: Readonly<Record<string, unknown>> };

/** The deployment under test. */
export interface BootedRegions {
  /** Of the Worker in front. */
  readonly url: URL;
  /** Requests `path` of the Worker in front, or of a region's own, which nothing else leads to. */
  fetch(path: string, init?: PlacedRequest, region?: string): Promise<Response>;
  /** While a region is down, what asks it gets an exception, as of an isolate that dies. */
  setDown(region: string, isDown: boolean): Promise<void>;
  bucket(region: string, binding: "PACKS" | "FILES" | "AUDIO"): Promise<Store>;
  /** A region's own database, or the one of the keys that all take. */
  database(region: string | "shared"): Promise<Database>;
  logs(): LogEntry[];
  stop(): Promise<void>;
}

/** Stands before a region, to be told that it is down. */
const GATE = `
  let isDown = false;
  export default {
    async fetch(request, env) {
      if (new URL(request.url).hostname === "gate") {
        isDown = (await request.text()) === "down";
        return new Response(null);
      }
      if (isDown) throw new Error("the region is down");
      return env.REGION.fetch(request);
    },
  };
`;

/** The version that every region has which is given no other. */
export const DEPLOYED_VERSION = "deployed";

/** Another version of the Worker. */
export interface WorkerVersion {
  /** What `version_metadata` calls it. */
  readonly id: string;
  /** Makes its main module of the deployed one's. */
  build(main: string): Promise<string>;
}

/** What differs from the configurations that a deployment has. */
export interface RegionsOptions {
  /** Replace variables of each Worker. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Regions whose Worker has another version, by their names. */
  readonly versions?: Readonly<Record<string, WorkerVersion>>;
}

/** Boots the regions of `list` with storage of their own. */
export async function bootRegions(
  list: RegionList,
  { vars = {}, versions = {} }: RegionsOptions = {},
): Promise<BootedRegions> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-regions-"));
  const { front, regions } = await writeRegionConfigs(CONFIG, list, directory);
  const entries: LogEntry[] = [];
  const names = list.regions.map(({ name }) => name);
  const gates = names.map((name) => ({
    name: `gate-${name}`,
    modules: true,
    script: GATE,
    compatibilityDate: "2026-11-01",
    serviceBindings: { REGION: `${NAME}-${name}` },
  }));
  const bindings = names.map((name) => [regionBinding(name), `gate-${name}`]);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Else it would ask Cloudflare for the values of Request.cf.
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => {
        if (message.startsWith("{")) entries.push(JSON.parse(message));
      },
      workers: [
        {
          ...(await workerOptions(front.configPath, NAME, { vars })),
          serviceBindings: Object.fromEntries(bindings),
        },
        ...(await Promise.all(
          regions.map(({ region, front: { configPath } }) =>
            workerOptions(configPath, `${NAME}-${region.name}`, {
              vars,
              version: versions[region.name],
              // Locally a database without an id would be that of every Worker that binds it by the same name.
              d1Databases: { DB: `${NAME}-${region.name}`, KEYS: NAME },
            }),
          ),
        )),
        ...gates,
      ],
    } as Options),
  );
  const url = await miniflare.ready;
  const d1 = async (region: string) => {
    const [binding, name] = region === "shared" ? ["KEYS", names[0]] : ["DB", region];
    return (await miniflare.getD1Database(
      binding as string,
      `${NAME}-${name}`,
    )) as unknown as D1Database;
  };
  for (const region of [...names, "shared"]) {
    await applyMigrations(await d1(region), join(import.meta.dirname, "../../migrations"));
  }
  return {
    url,
    async fetch(path, init = {}, region) {
      const worker = region === undefined ? NAME : `${NAME}-${region}`;
      const target = await miniflare.getWorker(worker);
      return (await target.fetch(`http://localhost${path}`, init as object)) as never;
    },
    async setDown(region, isDown) {
      const gate = await miniflare.getWorker(`gate-${region}`);
      await gate.fetch("http://gate/", { method: "POST", body: isDown ? "down" : "up" });
    },
    bucket: async (region, binding) =>
      r2Store((await miniflare.getR2Bucket(binding, `${NAME}-${region}`)) as unknown as R2Bucket),
    database: async (region) => d1Database(await d1(region)),
    logs: () => [...entries],
    stop: () => miniflare.dispose(),
  };
}

interface WorkerChanges {
  readonly vars: Readonly<Record<string, string>>;
  readonly version?: WorkerVersion | undefined;
  readonly d1Databases?: Readonly<Record<string, string>>;
}

/** What Miniflare is told of a Worker: its configuration, and what is changed of it. */
async function workerOptions(
  configPath: string,
  name: string,
  { vars, version, ...changes }: WorkerChanges,
) {
  const { main: deployed, wasm } = await buildWorker(configPath);
  const main = (await version?.build(deployed)) ?? deployed;
  const configured: Record<string, unknown> =
    unstable_getMiniflareWorkerOptions(configPath).workerOptions;
  const program = [{ type: "ESModule", path: "main.js", contents: main } as const];
  return {
    ...configured,
    ...changes,
    ...modulesOf(program, wasm),
    name,
    // Miniflare's own would be another id for each Worker.
    versionMetadata: undefined,
    bindings: {
      ...(configured.bindings as object),
      VERSION: { id: version?.id ?? DEPLOYED_VERSION },
      ...vars,
    },
  };
}
