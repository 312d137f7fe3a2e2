import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, problemOf, type Service, startService } from "../../support/http/service.ts";

const NEEDS_DATABASE = /^\/v1\/(jobs|batches|hooks|webhook-secrets|speakers)/;
const BODIES: Readonly<Record<string, BodyInit>> = {
  "/v1/features": chirp(800),
  "/v1/embeddings": chirp(800),
  "/v1/jobs": chirp(800),
  "/v1/batches": '{"url": "https://audio.undertone.dev/a.wav"}',
};

interface Operation {
  readonly method: string;
  readonly path: string;
}

/** Every operation that openapi.json names. */
async function operations({ app }: Service): Promise<Operation[]> {
  const { paths } = await (await app.request("/openapi.json")).json();
  return Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

function ask({ app }: Service, { method, path }: Operation): Response | Promise<Response> {
  const body = method === "POST" ? (BODIES[path] ?? "{}") : null;
  const address = path.replace("{slug}", "not-found").replaceAll(/\{\w+\}/g, "some-id");
  return app.request(address, { method, body, headers: { Authorization: "Bearer ut_no" } });
}

async function expectUnavailable(response: Response): Promise<void> {
  expect(await problemOf(response)).toMatchObject({
    type: "/problems/storage-unavailable",
    status: 503,
    detail: expect.stringContaining("again in a moment"),
  });
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
}

describe("a service whose database is out", () => {
  let service: Service;
  let all: Operation[];
  beforeAll(async () => {
    service = startService(await tinyRegistry());
    all = await operations(service);
    service.shutDatabase();
  });

  it("answers 503 wherever it needs the database, and says why in its log only", async () => {
    const needy = all.filter(({ path }) => NEEDS_DATABASE.test(path));
    expect(needy.length).toBeGreaterThan(12);
    for (const operation of needy) {
      service.logged.length = 0;
      await expectUnavailable(await ask(service, operation));
      expect(service.logged).toContainEqual({
        level: "error",
        event: "storage-unavailable",
        service: expect.stringMatching(/database|queue/),
        message: expect.stringContaining("database is not open"),
      });
    }
  });

  it("computes features and answers everything else", async () => {
    const others = all.filter(({ path }) => !NEEDS_DATABASE.test(path) && path !== "/readyz");
    const statuses = new Map<string, number>();
    for (const operation of others) {
      statuses.set(operation.path, (await ask(service, operation)).status);
    }
    expect(statuses.get("/v1/features")).toBe(200);
    expect(statuses.get("/v1/embeddings")).toBe(200);
    expect(Math.max(...statuses.values())).toBeLessThan(500);
  });
});

describe("a service with keys whose database is out", () => {
  it("lets nobody in, and is healthy, but not ready", async () => {
    const service = startService(await tinyRegistry(), { isOpen: false });
    service.shutDatabase();
    expect((await service.app.request("/healthz")).status).toBe(200);
    expect((await service.app.request("/readyz")).status).toBe(503);
    for (const path of ["/v1/features", "/v1/models", "/v1/jobs", "/v1/jobs/a/result?signature=b"])
      await expectUnavailable(await service.app.request(path));
  });
});

describe("a service whose files are out", () => {
  it("takes no clip and no batch that it cannot keep", async () => {
    // No directory can be made below a file.
    const files = filesystemStore(join(import.meta.filename, "files"));
    const service = startService(await tinyRegistry(), { files });
    for (const path of ["/v1/jobs", "/v1/batches"])
      await expectUnavailable(await ask(service, { method: "POST", path }));
  });
});
