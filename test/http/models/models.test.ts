import { beforeAll, describe, expect, test } from "vitest";
import { ModelDetailSchema, ModelListSchema } from "../../../src/http/models/schema.ts";
import { DEFAULT_MODEL_KEY, encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, problemOf, type Service, startService } from "../../support/http/service.ts";

let service: Service;

beforeAll(async () => {
  const store = memoryStore();
  await installGolden(store, "tiny-layer", "fp32");
  await installGolden(store, "tiny-group", "fp32");
  service = startService(nodeRegistry(store, "tiny-layer-fp32"));
});

describe("GET /v1/models", () => {
  test("lists the installed models in order of id, and which of them is the default", async () => {
    const { models } = ModelListSchema.parse(
      await (await service.app.request("/v1/models")).json(),
    );
    expect(models.map(({ id, default: isDefault }) => [id, isDefault])).toEqual([
      ["tiny-group-fp32", false],
      ["tiny-layer-fp32", true],
    ]);
  });

  test("says of each what it is, how big, and where from", async () => {
    const { models } = await (await service.app.request("/v1/models")).json();
    expect(models[1]).toMatchObject({
      precision: "fp32",
      weights: "checkpoint",
      architecture: { norm: "stable", layers: 3 },
      source: "tiny-layer",
      licence: expect.any(String),
      pack_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("is empty where nothing is installed", async () => {
    const response = await startService().app.request("/v1/models");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      object: "list",
      data: [],
      models: [],
      unusable: [],
      backend: null,
    });
  });
});

describe("a pack that cannot be used", () => {
  let withOldPack: Service;
  beforeAll(async () => {
    const store = memoryStore();
    await installGolden(store, "tiny-group", "fp32");
    const old = new TextEncoder().encode(JSON.stringify({ formatVersion: 1, id: "old" }));
    await store.put(manifestKey("old"), old);
    withOldPack = startService(nodeRegistry(store));
  });

  test("is listed with the reason beside those that can", async () => {
    const response = await withOldPack.app.request("/v1/models");
    const { models, unusable } = ModelListSchema.parse(await response.json());
    expect(models.map(({ id }) => id)).toEqual(["tiny-group-fp32"]);
    expect(unusable).toEqual([{ id: "old", reason: expect.stringMatching(/version 1.*build/) }]);
  });

  test("is refused with that reason", async () => {
    const problem = await problemOf(await withOldPack.app.request("/v1/models/old"));
    expect(problem.type).toMatch(/pack-unsupported$/);
  });
});

describe("the default model", () => {
  async function startWithDefault(id: string): Promise<Service> {
    const store = memoryStore();
    await installGolden(store, "tiny-layer", "fp32");
    await installGolden(store, "tiny-group", "fp32");
    await store.put(DEFAULT_MODEL_KEY, encodeDefaultModel(id));
    return startService(nodeRegistry(store));
  }
  const upload = { method: "POST", body: chirp(16_000) };

  test("is the one that the store names, not the first by id", async () => {
    const { app } = await startWithDefault("tiny-layer-fp32");
    const answer = await (await app.request("/v1/features?pool=mean", upload)).json();
    expect(answer.model.id).toBe("tiny-layer-fp32");
    const { models } = ModelListSchema.parse(await (await app.request("/v1/models")).json());
    expect(models.find((model) => model.default)?.id).toBe("tiny-layer-fp32");
  });

  test("that was removed is told to whoever names no model, and others are answered", async () => {
    const { app } = await startWithDefault("removed");
    const response = await app.request("/v1/features", upload);
    expect(response.status).toBe(503);
    expect(await problemOf(response)).toMatchObject({
      type: expect.stringMatching(/default-model-missing$/),
      detail: expect.stringMatching(
        /'removed' is not installed.*tiny-group-fp32, tiny-layer-fp32.*undertone pack default/,
      ),
      installed: ["tiny-group-fp32", "tiny-layer-fp32"],
    });
    const named = await app.request("/v1/features?pool=mean&model=tiny-group-fp32", upload);
    expect(named.status).toBe(200);
    expect((await app.request("/v1/jobs", upload)).status).toBe(503);
    expect((await app.request("/v1/models")).status).toBe(200);
  });
});

describe("GET /v1/models/:id", () => {
  test("adds the segments, how it was calibrated, and what it wants", async () => {
    const response = await service.app.request("/v1/models/tiny-group-fp32");
    const model = ModelDetailSchema.parse(await response.json());
    expect(model.segments.map(({ name }) => name)).toContain("layer.2");
    expect(model.calibration).toBeNull();
    expect(model.preprocessing).toEqual({ sample_rate_hz: 16_000, do_normalize: false });
  });

  test("counts the bytes of every file that was installed", async () => {
    const store = memoryStore();
    await installGolden(store, "tiny-group", "fp32");
    const { app } = startService(nodeRegistry(store));
    const { bytes } = await (await app.request("/v1/models/tiny-group-fp32")).json();
    const files = await Promise.all((await store.list("blobs/")).map((key) => store.get(key)));
    expect(bytes).toBe(files.reduce((sum, file) => sum + (file?.length ?? 0), 0));
  });

  test("of a model that is not installed names those that are", async () => {
    const problem = await problemOf(await service.app.request("/v1/models/nope"));
    expect(problem).toMatchObject({
      type: "/problems/unknown-model",
      status: 404,
      installed: ["tiny-group-fp32", "tiny-layer-fp32"],
    });
  });
});

describe("the backend", () => {
  test("is named with what was set aside, and why", async () => {
    const report = {
      backend: "wasm",
      threads: 2,
      adapter: null,
      setAside: [{ backend: "webgpu", reason: "it computes wrong numbers in fp32" }] as const,
      losses: 2,
    };
    const { app } = startService(undefined, { backendReport: () => report });
    const { backend } = ModelListSchema.parse(await (await app.request("/v1/models")).json());
    expect(backend).toEqual({
      name: "wasm",
      threads: 2,
      adapter: null,
      set_aside: [{ backend: "webgpu", reason: "it computes wrong numbers in fp32" }],
      losses: 2,
    });
  });
});
