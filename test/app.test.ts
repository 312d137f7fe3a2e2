import { describe, expect, test } from "vitest";
import { problemOf, startService } from "./support/http/service.ts";

const { app, logged } = startService();

describe("addresses and methods", () => {
  test("GET /healthz answers without any model", async () => {
    const response = await app.request("/healthz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok", runtime: "node" });
  });

  test.each(["/", "/v1", "/v1/features/", "/v1/nothing", "/%E0%A4%A", "/v1/models/a/b"])(
    "GET %s is not found",
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(await problemOf(response)).toMatchObject({ type: "/problems/not-found" });
    },
  );

  test.each([
    ["GET", "/v1/features", "POST, OPTIONS"],
    ["HEAD", "/v1/features", "POST, OPTIONS"],
    ["PUT", "/v1/features", "POST, OPTIONS"],
    ["POST", "/v1/models", "GET, HEAD, OPTIONS"],
    ["DELETE", "/v1/models/tiny-group-fp32", "GET, HEAD, OPTIONS"],
    ["POST", "/healthz", "GET, HEAD, OPTIONS"],
    ["PATCH", "/openapi.json", "GET, HEAD, OPTIONS"],
  ])("%s %s is not allowed, but %s", async (method, path, allow) => {
    const response = await app.request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allow);
    if (method !== "HEAD") {
      expect(await problemOf(response)).toMatchObject({
        type: "/problems/method-not-allowed",
        allow: allow.split(", "),
      });
    }
  });

  test("OPTIONS answers with the methods of the address", async () => {
    const response = await app.request("/v1/features", { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("Allow")).toBe("POST, OPTIONS");
    expect((await app.request("/nowhere", { method: "OPTIONS" })).status).toBe(404);
  });

  test("HEAD answers as GET does, without a body", async () => {
    const response = await app.request("/healthz", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
});

describe("the log", () => {
  test("has one line per request, without its query", async () => {
    const before = logged.length;
    await app.request("/v1/features?token=secret", { headers: { "X-Request-Id": "r-1" } });
    expect(logged.slice(before)).toEqual([
      {
        level: "info",
        event: "request",
        request_id: "r-1",
        method: "GET",
        path: "/v1/features",
        status: 405,
        duration_ms: expect.any(Number),
        cold: false,
        store_ms: 0,
        problem: "method-not-allowed",
        ledger_bytes: expect.any(Number),
        ledger_peak_bytes: expect.any(Number),
      },
    ]);
  });
});

describe("GET /openapi.json", () => {
  test("describes every address, in OpenAPI 3.1", async () => {
    const document = await (await app.request("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/healthz",
      "/hf/models/{id}",
      "/hf/models/{id}/pipeline/{task}",
      "/llms.txt",
      "/mcp",
      "/metrics",
      "/openapi.json",
      "/problems/{slug}",
      "/readyz",
      "/v1/audio/classification",
      "/v1/audio/diarization",
      "/v1/audio/transcriptions",
      "/v1/batches",
      "/v1/batches/{id}",
      "/v1/batches/{id}/cancel",
      "/v1/batches/{id}/deliveries",
      "/v1/batches/{id}/deliveries/{delivery}/redeliver",
      "/v1/batches/{id}/results",
      "/v1/classifications",
      "/v1/comparisons",
      "/v1/diarizations",
      "/v1/embeddings",
      "/v1/features",
      "/v1/hooks/{name}",
      "/v1/identifications",
      "/v1/jobs",
      "/v1/jobs/{id}",
      "/v1/jobs/{id}/deliveries",
      "/v1/jobs/{id}/deliveries/{delivery}/redeliver",
      "/v1/jobs/{id}/events",
      "/v1/jobs/{id}/result",
      "/v1/models",
      "/v1/models/{id}",
      "/v1/packs/blobs/{name}",
      "/v1/packs/{id}/manifest.json",
      "/v1/regions",
      "/v1/self-test",
      "/v1/speakers",
      "/v1/speakers/{id}",
      "/v1/speakers/{id}/clips",
      "/v1/transcriptions",
      "/v1/webhook-secrets",
    ]);
  });

  test("is behind GET /llms.txt, which has a line for each operation", async () => {
    const { paths } = await (await app.request("/openapi.json")).json();
    const text = await (await app.request("/llms.txt")).text();
    expect(text).toMatch(/^# Undertone\n\n> /);
    for (const [path, item] of Object.entries<object>(paths)) {
      for (const method of Object.keys(item)) {
        expect(text).toContain(`- [${method.toUpperCase()} ${path}](/openapi.json): `);
      }
    }
  });

  test("describes the options of POST /v1/features in the query and in the form", async () => {
    const { paths } = await (await app.request("/openapi.json")).json();
    const { parameters, requestBody, responses } = paths["/v1/features"].post;
    const clipOptions = ["channel", "track", "start", "end"];
    const names = [
      "model",
      ...clipOptions,
      "layers",
      "layer_weights",
      "skip_silence",
      "pool",
      "format",
      "encoding",
      "dtype",
    ];
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(parameters.every(({ required }: { required?: boolean }) => !required)).toBe(true);
    const pool = parameters.find(({ name }: { name: string }) => name === "pool");
    expect(pool.schema.enum).toEqual(["none", "mean", "mean_std", "max"]);
    const form = requestBody.content["multipart/form-data"].schema;
    expect(Object.keys(form.properties)).toEqual([...names, "file"]);
    expect(Object.keys(responses["200"].content)).toContain("application/vnd.safetensors");
    expect(responses["200"].headers).toHaveProperty("X-Undertone-Weights");
    expect(Object.keys(responses["4XX"].content)).toEqual(["application/problem+json"]);
  });
});
