import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startService } from "../support/http/service.ts";

const REDOCLY = join(import.meta.dirname, "../../node_modules/.bin/redocly");
/** Nothing is sent anywhere, nor looked up. */
const OFFLINE = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };

const text = await (await startService().app.request("/openapi.json")).text();
const document = JSON.parse(text);

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly schema: { type: unknown } }[];
}

const operations: Operation[] = Object.values<Record<string, Operation>>(document.paths).flatMap(
  (item) => Object.values(item),
);

/** What redocly's recommended rules find. */
async function lint(): Promise<{ ruleId: string; severity: string; message: string }[]> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-redocly-"));
  const file = join(directory, "openapi.json");
  await writeFile(file, text);
  const run = promisify(execFile)(
    REDOCLY,
    ["lint", file, "--extends=recommended", "--format=json"],
    {
      env: { ...process.env, ...OFFLINE },
    },
  );
  const { stdout } = await run.catch((error) => error);
  await rm(directory, { recursive: true });
  return JSON.parse(stdout).problems;
}

describe("the OpenAPI document", () => {
  test("passes redocly's recommended rules", async () => {
    const problems = await lint();
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    // A pack could be called "blobs"; its manifest would then be looked for among the blobs.
    expect(problems.map(({ ruleId }) => ruleId)).toEqual(["no-ambiguous-paths"]);
  });

  test("names each operation by a verb and a noun, once", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
  });

  test("sorts operations by tags that it describes", () => {
    const known = document.tags.map(({ name }: { name: string }) => name);
    expect([...new Set(operations.flatMap(({ tags }) => tags))].sort()).toEqual(known.sort());
  });

  test("says which options are numbers and which are booleans", () => {
    const types: Record<string, unknown> = {};
    for (const { parameters = [] } of operations) {
      for (const { name, schema } of parameters) types[name] = schema.type;
    }
    expect(types).toMatchObject({
      start: "number",
      end: "number",
      channel: ["string", "integer"],
      top: "integer",
      beam_width: "integer",
      threshold: "number",
      min_gap: "number",
      l2: "boolean",
      tokens: "boolean",
      limit: "integer",
      overlap_seconds: "integer",
      expires: "integer",
    });
  });

  test("describes uploads as files, in forms and by themselves", () => {
    const file = { type: "string", format: "binary", contentMediaType: "application/octet-stream" };
    for (const path of ["/v1/features", "/v1/jobs", "/v1/transcriptions"]) {
      const { content } = document.paths[path].post.requestBody;
      expect(content["application/octet-stream"].schema).toMatchObject(file);
      expect(content["multipart/form-data"].schema.properties.file).toMatchObject(file);
    }
    const pair = document.paths["/v1/comparisons"].post.requestBody.content["multipart/form-data"];
    expect(pair.schema.required).toEqual(["a", "b"]);
  });

  test("has JSON as the first of several answers", () => {
    const { content } = document.paths["/v1/features"].post.responses["200"];
    expect(Object.keys(content)[0]).toBe("application/json");
  });
});
