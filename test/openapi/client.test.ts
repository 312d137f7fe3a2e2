import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { insertHook } from "../../src/hooks/table.ts";
import { createKey } from "../../src/keys/table.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../support/runtimes/node.ts";
import { startService } from "../support/http/service.ts";
import { VOCABULARY, wavOf } from "../support/http/tasks.ts";
import { HOOK_KINDS, hookRequest } from "../support/jobs/hook-senders.ts";
import { startHttpServer, type TestServer } from "../support/jobs/http-server.ts";
import { installChanged } from "../support/model/golden-heads.ts";
import type { Answered, Assignment, Calls } from "./calls.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const CLIENT = join(import.meta.dirname, "client.ts");
const COMPILERS = ["node_modules/typescript", "test/typescript-5/node_modules/typescript"];

let directory: string;
let document: Document;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-openapi-"));
  const text = await (await startService().app.request("/openapi.json")).text();
  document = JSON.parse(text);
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(CONFIG));
});
afterAll(() => rm(directory, { recursive: true }));

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >;
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0] & object;

/** The schema that the document has for an answer; `undefined` if it is not mentioned. */
function schemaOf({ method, path, status, mediaType }: Answered): z.ZodType | undefined {
  const { responses } = document.paths[path]?.[method] ?? { responses: {} };
  const response = responses[status] ?? responses[`${String(status)[0]}XX`];
  const schema = response?.content?.[mediaType]?.schema;
  if (schema === undefined) return undefined;
  const whole = { ...schema, $defs: document.components.schemas };
  return z.fromJSONSchema(
    JSON.parse(JSON.stringify(whole).replaceAll("#/components/schemas/", "#/$defs/")),
  );
}

/** As strict as can be, so that no `unknown` goes unnoticed. */
const CONFIG = {
  compilerOptions: {
    target: "ESNext",
    module: "NodeNext",
    lib: ["ESNext", "DOM", "DOM.Iterable"],
    types: [],
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    paths: { "undertone-api": [join(REPOSITORY, "build/client/api.ts")] },
  },
  files: [CLIENT],
};

test.each(COMPILERS)(
  "%s compiles a client against the types of openapi-typescript",
  async (compiler) => {
    const args = [join(REPOSITORY, compiler, "bin/tsc"), "--project", directory];
    const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);
    expect(stdout).toBe("");
  },
);

describe("the client, against a Node server", () => {
  let server: StartedServer;
  let neighbour: TestServer;
  let calls: Calls;
  beforeAll(async () => {
    const packs = filesystemStore(join(directory, "packs"));
    await installGolden(packs, "tiny-group", "fp32");
    for (const name of ["tiny-xvector", "tiny-afc", "tiny-seqcls"]) {
      await installChanged(packs, name, {});
    }
    await installChanged(packs, "tiny-ctc", {}, { files: VOCABULARY });
    const clip = await wavOf("x16000");
    neighbour = await startHttpServer((_, response) => response.end(clip));
    server = await startNodeServer({
      PACKS: join(directory, "packs"),
      DATA: join(directory, "data"),
      DEFAULT_MODEL: "tiny-group-fp32",
      ALLOW_PRIVATE_URLS: "1",
    });
    calls = await callWith(await assignmentOf(clip));
  });
  afterAll(async () => {
    server?.process.kill("SIGKILL");
    await server?.ended;
    await neighbour?.close();
  });

  /** A key of all scopes, and a hook, made as the command line makes them. */
  async function assignmentOf(clip: Uint8Array<ArrayBuffer>): Promise<Assignment> {
    const file = join(directory, "data/undertone.sqlite");
    const database = openSqliteDatabase(file, join(REPOSITORY, "migrations"));
    const scopes = ["features", "jobs", "speakers", "self-test", "metrics"] as const;
    const { token } = await createKey(database, { scopes, requestsPerMinute: 6000 }, Date.now());
    const sender = HOOK_KINDS.find(({ kind }) => kind === "standard");
    if (sender === undefined) throw new Error("there is no such sender");
    await insertHook(database, { ...sender.hook, name: "calls" });
    database.close();
    const clipUrl = `${neighbour.url}/clip.wav`;
    const event = { origin: server.url, clipUrl, nowMs: Date.now() };
    const { headers, body } = await hookRequest(sender, event);
    const callbackUrl = `${neighbour.url}/done`;
    return { baseUrl: server.url, key: token, clip, clipUrl, callbackUrl, hook: { headers, body } };
  }

  /** The module is compiled by its own test: its types are not there when the repository's are checked. */
  async function callWith(assignment: Assignment): Promise<Calls> {
    const { callEverything } = await import(/* @vite-ignore */ CLIENT);
    return callEverything(assignment);
  }

  test("calls every operation that the document has", () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    const called = calls.answered.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(called)].sort()).toEqual(operations.sort());
  });

  test("is answered as the document says", () => {
    const withBody = calls.answered.filter(({ text }) => text !== "");
    for (const answer of withBody) {
      const where = `${answer.method} ${answer.path} ${answer.status} ${answer.mediaType}`;
      const schema = schemaOf(answer);
      expect(schema, where).toBeDefined();
      if (!answer.mediaType.endsWith("json")) continue;
      const parsed = schema?.safeParse(JSON.parse(answer.text));
      expect(parsed?.error?.issues ?? [], where).toEqual([]);
    }
  });

  test("gets numbers, words and files where their types say so", () => {
    expect(calls.npyBytes).toBeGreaterThan(128);
    expect(calls.cosine).toBe(1);
    expect(calls.embeddingSize).toBeGreaterThan(0);
    expect(calls.bestLabel).not.toBe("");
    expect(calls.rttm).toMatch(/^SPEAKER /);
    expect(calls.speakers.length).toBeGreaterThan(0);
  });

  test("has its jobs done as JSON, raw bodies and forms ask for them", () => {
    const [byUrl, uploaded, posted] = calls.jobs;
    expect(byUrl).toMatchObject({
      status: "done",
      options: { pool: "mean", start: "0.1", channel: "0" },
      metadata: { call: 7 },
    });
    expect(uploaded).toMatchObject({ status: "done" });
    expect(posted).toMatchObject({ status: "done", options: { end: "0.4" } });
    expect(calls.batch.counts).toMatchObject({ done: 2, failed: 0 });
    expect(calls.deliveryStatus).toBe("pending");
  });

  test("is told problems as problems", () => {
    expect(calls.problem).toMatchObject({ type: "/problems/layer-out-of-range", status: 422 });
  });
});
