/**
 * The Worker as `wrangler deploy` builds it, booted in workerd by Miniflare itself: for what wrangler's own harness does not let
 * tests say, such as other Workers that are bound to it, the `cf` properties of requests, who answers its requests to the internet,
 * and bindings that fail.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, Response } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { type StagedWorker, writeStagedConfigs } from "../../src/cli/deploy/staged-configs.ts";
import { applyMigrations } from "../../src/cli/wrangler/migrations.ts";
import { d1Database } from "../../src/database/d1.ts";
import type { Database } from "../../src/database/database.ts";
import type { LogEntry } from "../../src/log.ts";
import { r2Store } from "../../src/store/r2.ts";
import type { Store } from "../../src/store/store.ts";
import { buildWorker, type WorkerBuild } from "./worker-build.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const NAME = "undertone";

/** A call of a binding that is about to be made, such as `put` of `FILES`. */
export interface BindingCall {
  readonly binding: string;
  readonly method: string;
}

/** What D1 would bill for a call: rows of tables and of indexes. */
export interface RowCost {
  readonly sql: string;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

type Options = Parameters<typeof convertV4MiniflareOptions>[0];
type WorkerOptions = Options extends { workers: (infer One)[] } ? One : never;

/** How the Worker is booted. */
export interface BuiltWorkerOptions {
  /** Replace variables of wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Statements that run before the Worker's own. */
  readonly prelude?: string;
  /** Answers what the Worker requests from the internet; requests are refused without. */
  readonly internet?: (request: Request) => Promise<globalThis.Response> | globalThis.Response;
  /** Workers beside it, which may bind it as a service by the name `undertone`. */
  readonly others?: readonly WorkerOptions[];
  /** A queue whose messages it leaves to one of the others. */
  readonly leavesQueue?: string;
  /** The error that a call of a binding fails with; `null` to let it through. */
  readonly faultOf?: (call: BindingCall) => string | null;
  /** Is told what each call of the database has cost; only with `faultOf`. */
  readonly onRows?: (cost: RowCost) => void;
  /** False for a colo whose cache keeps nothing, as on workers.dev. */
  readonly hasCache?: boolean;
  /** True to leave the database out, as a mistake in wrangler.toml does. */
  readonly lacksDatabase?: boolean;
  /** True for an inspector, whose address is `inspectorUrl`. */
  readonly isInspected?: boolean;
  /** Another checkout, whose Worker is booted instead. */
  readonly repository?: string;
  /** So many Workers of stages behind it, named `undertone-stage-1` and so on. */
  readonly stages?: number;
}

/** The Worker under test. */
export interface BuiltWorker {
  readonly url: URL;
  /** Requests `path` of the Worker, or of another one, with these `cf` properties. */
  fetch(
    path: string,
    init?: RequestInit & { readonly cf?: Readonly<Record<string, unknown>> },
    worker?: string,
  ): Promise<globalThis.Response>;
  readonly packs: Store;
  readonly database: Database;
  /** Where its isolates can be inspected. */
  inspectorUrl(): Promise<URL>;
  logs(): LogEntry[];
  stop(): Promise<void>;
}

/** Boots it with storage of its own, its database empty. */
export async function bootBuiltWorker(options: BuiltWorkerOptions = {}): Promise<BuiltWorker> {
  const { repository = REPOSITORY, stages = 0 } = options;
  const { front, behind } = await configure(repository, stages);
  const entries: LogEntry[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Else it would ask Cloudflare for the values of Request.cf.
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => {
        if (message.startsWith("{")) entries.push(JSON.parse(message));
      },
      ...(options.isInspected && { inspectorPort: 0 }),
      workers: [
        await frontOptions(front, options),
        ...(await Promise.all(behind.map((stage) => stageOptions(stage, options)))),
        ...(options.others ?? []),
      ],
    } as Options),
  );
  const url = await miniflare.ready;
  const d1 = options.lacksDatabase
    ? null
    : ((await miniflare.getD1Database("DB", NAME)) as unknown as D1Database);
  if (d1 !== null) await applyMigrations(d1, join(repository, "migrations"));
  const packs = (await miniflare.getR2Bucket("PACKS", NAME)) as unknown as R2Bucket;
  return {
    url,
    async fetch(path, init = {}, worker = NAME) {
      const target = await miniflare.getWorker(worker);
      return (await target.fetch(`http://localhost${path}`, init as object)) as never;
    },
    packs: r2Store(packs),
    get database() {
      return d1Database(d1);
    },
    inspectorUrl: () => miniflare.getInspectorURL(),
    logs: () => [...entries],
    stop: () => miniflare.dispose(),
  };
}

/** The configurations of the Worker that answers requests, and of the stages behind it. */
async function configure(repository: string, stages: number) {
  const configPath = join(repository, "wrangler.toml");
  if (stages === 0) return { front: configPath, behind: [] };
  const directory = await mkdtemp(join(tmpdir(), "undertone-stages-"));
  const deployment = await writeStagedConfigs(configPath, stages, directory);
  return { front: deployment.front.configPath, behind: deployment.stages };
}

async function stageOptions(
  { name, configPath }: StagedWorker,
  { prelude = "" }: BuiltWorkerOptions,
): Promise<WorkerOptions> {
  const { main, wasm } = await buildWorker(configPath);
  const configured = unstable_getMiniflareWorkerOptions(configPath).workerOptions;
  const program = [javascript("stage.js", `${prelude}\n${main}`)];
  return { ...configured, ...modulesOf(program, wasm), name } as WorkerOptions;
}

async function frontOptions(
  configPath: string,
  {
    vars = {},
    prelude = "",
    internet = refuse,
    faultOf,
    onRows,
    hasCache = true,
    lacksDatabase,
    leavesQueue = "",
  }: BuiltWorkerOptions,
): Promise<WorkerOptions> {
  const { main: built, wasm } = await buildWorker(configPath);
  const configured: Record<string, unknown> =
    unstable_getMiniflareWorkerOptions(configPath).workerOptions;
  const main = `${prelude}\n${built}`;
  const program =
    faultOf === undefined
      ? [javascript("cloudflare.js", main)]
      : [
          javascript("cloudflare.js", main.replaceAll('"cloudflare:workers"', '"./failing.js"')),
          javascript("failing.js", FAILING_BINDINGS),
        ];
  const { [leavesQueue]: _, ...queueConsumers } = configured.queueConsumers as object & {
    readonly [queue: string]: unknown;
  };
  return {
    ...configured,
    queueConsumers,
    ...(lacksDatabase && { d1Databases: {} }),
    cacheAPI: hasCache,
    ...modulesOf(program, wasm),
    name: NAME,
    bindings: {
      ...(configured.bindings as object),
      UNDERTONE_LOCAL: "1",
      UNDERTONE_OPEN: "1",
      ...vars,
    },
    outboundService: internet as never,
    ...(faultOf && {
      serviceBindings: {
        ...(configured.serviceBindings as object),
        FAULTS: (request: FaultsRequest) => answerFault(faultOf, onRows, request),
      },
    }),
  } as WorkerOptions;
}

function javascript(path: string, contents: string) {
  return { type: "ESModule", path, contents } as const;
}

/** Lists the modules of a Worker, so that none are looked for. */
export function modulesOf(
  program: readonly ReturnType<typeof javascript>[],
  wasm: WorkerBuild["wasm"],
) {
  const compiled = wasm.map(
    ({ name, contents }) => ({ type: "CompiledWasm", path: name, contents }) as const,
  );
  return { modules: [...program, ...compiled], modulesRules: undefined, modulesRoot: "/" };
}

function refuse(request: Request): never {
  throw new Error(`the Worker must not request ${request.url}`);
}

interface FaultsRequest {
  readonly url: string;
  json(): Promise<unknown>;
}

async function answerFault(
  faultOf: NonNullable<BuiltWorkerOptions["faultOf"]>,
  onRows: BuiltWorkerOptions["onRows"],
  request: FaultsRequest,
) {
  if (new URL(request.url).pathname === "/rows") {
    onRows?.((await request.json()) as RowCost);
    return Response.json(null);
  }
  return Response.json({ fault: faultOf((await request.json()) as BindingCall) });
}

/** Stands in for `cloudflare:workers`: the same, but every call of a binding asks FAULTS first whether it is to fail. */
const FAILING_BINDINGS = `
  import { env as real } from "cloudflare:workers";
  export * from "cloudflare:workers";
  const METHODS = ["get", "put", "delete", "list", "head", "batch", "all", "first", "run", "raw", "send", "sendBatch"];
  const MAKERS = ["prepare", "bind", "withSession"];
  const wrapped = new WeakMap();
  const unwrap = (value) => wrapped.get(value) ?? value;
  const queries = new WeakMap();
  const tell = async (path, body) =>
    (await real.FAULTS.fetch("http://faults" + path, { method: "POST", body: JSON.stringify(body) })).json();
  const tellRows = async (target, answer) => {
    if (answer?.meta?.rows_written === undefined) return;
    const { rows_read: rowsRead, rows_written: rowsWritten } = answer.meta;
    await tell("/rows", { sql: queries.get(target) ?? "", rowsRead, rowsWritten });
  };
  const call = async (target, method, args) => {
    // Only the whole answer says what it has cost.
    const isFirst = method === "first";
    const answer = await target[isFirst ? "all" : method](...args);
    if (method === "batch") for (const [index, one] of answer.entries()) await tellRows(args[0][index], one);
    else await tellRows(target, answer);
    return isFirst ? (answer.results[0] ?? null) : answer;
  };
  const wrap = (binding, target, query = "") => {
    const proxy = new Proxy(target, {
      get(_, method) {
        const member = target[method];
        if (typeof member !== "function") return member;
        if (MAKERS.includes(method)) {
          return (...args) => wrap(binding, member.apply(target, args), method === "prepare" ? args[0] : query);
        }
        if (!METHODS.includes(method)) return member.bind(target);
        return async (...args) => {
          const { fault } = await tell("/", { binding, method });
          if (fault !== null) throw new Error(fault);
          return call(target, method, args.map((arg) => (Array.isArray(arg) ? arg.map(unwrap) : arg)));
        };
      },
    });
    wrapped.set(proxy, target);
    queries.set(target, query);
    return proxy;
  };
  const isBinding = (value) => typeof value === "object" && value !== null;
  export const env = Object.fromEntries(
    Object.entries(real).map(([name, value]) => [name, isBinding(value) ? wrap(name, value) : value]),
  );
`;
