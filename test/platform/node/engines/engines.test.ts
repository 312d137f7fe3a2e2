import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LogEntry } from "../../../../src/log.ts";
import type { Engine } from "../../../../src/model/engine/engine.ts";
import { featureTaps, resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { headTaps } from "../../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../../src/model/heads/head.ts";
import { packRegistry } from "../../../../src/model/pack/registry.ts";
import {
  type NodeEngines,
  type NodeEnginesParts,
  startEngineThread,
  startNodeEngines,
} from "../../../../src/platform/node/engines/engines.ts";
import type { EngineSetup } from "../../../../src/platform/node/engines/messages.ts";
import { filesystemStore } from "../../../../src/store/filesystem.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  AMPLE_LIMITS,
  computeAll,
  installGolden,
  nodeRegistry,
} from "../../../../support/packs/tiny-pack.ts";
import { startService, chirp as wavOfChirp } from "../../../support/http/service.ts";
import { installExported } from "../../../support/model/exported.ts";
import { installChanged } from "../../../support/model/golden-heads.ts";
import { MISSING_SWIFTSHADER, useSwiftShader } from "../../../support/model/software-gpus.ts";

const CRASHING = new URL("../../../support/runtimes/crashing-thread.ts", import.meta.url);
const CHOOSING = new URL("../../../support/runtimes/choosing-thread.ts", import.meta.url);

let packsDirectory: string;
let store: Store;
let ids: string[];
beforeAll(async () => {
  packsDirectory = await mkdtemp(join(tmpdir(), "undertone-engines-"));
  store = filesystemStore(packsDirectory);
  const packs = [["tiny-group", "fp32"] as const, ["tiny-layer", "q8"] as const];
  ids = await Promise.all(packs.map(([name, precision]) => installGolden(store, name, precision)));
});
afterAll(() => rm(packsDirectory, { recursive: true }));

let engines: NodeEngines;
let logged: LogEntry[];
afterEach(() => engines?.close());

function start(parts: Partial<NodeEnginesParts> = {}) {
  logged = [];
  engines = startNodeEngines({
    engines: 1,
    maxQueue: 4,
    startThread: () => startEngineThread(setupOf("wasm")),
    log: (entry) => logged.push(entry),
    ...parts,
  });
  return packRegistry({ storage: store, defaultModel: "", reportDamage() {} }, async (pack) =>
    engines.open(pack),
  );
}

/** One thread, on a backend and no other, or on the best. */
function setupOf(backend: "wasm" | "webgpu" | null): EngineSetup {
  return { packsDirectory, limits: AMPLE_LIMITS, threads: 1, backend, isFollower: false };
}

function chirp(seconds: number): Float32Array {
  const length = seconds * 16_000;
  return Float32Array.from({ length }, (_, index) => Math.sin(index * (0.05 + index * 1e-7)));
}

function lastLayer({ manifest }: Engine) {
  return resolveTaps("last", manifest.architecture.layerCount);
}

describe("engines in threads of their own", () => {
  it("give what an engine in this thread gives, of every pack", async () => {
    const registry = start();
    for (const id of ids) {
      const there = await computeAll(await registry.open(id), chirp(3));
      const here = await computeAll(await nodeRegistry(store).open(id), chirp(3));
      expect(there).toEqual(here);
    }
  });

  it("give what heads and sums of layers give here", async () => {
    const directory = await mkdtemp(join(tmpdir(), "undertone-heads-"));
    const heads = filesystemStore(directory);
    const names = ["tiny-xvector", "tiny-afc", "tiny-ctc"];
    const own = await Promise.all(names.map((name) => installChanged(heads, name, {})));
    const { id } = await installExported(heads);
    start({
      startThread: () => startEngineThread({ ...setupOf("wasm"), packsDirectory: directory }),
    });
    const here = nodeRegistry(heads);
    for (const pack of [...own, id]) {
      const engine = engines.open(await here.find(pack));
      const taps = headTaps(engine.manifest.heads[0] as Head);
      const there = await engine.run(chirp(2), taps);
      expect(there.head).toEqual((await (await here.open(pack)).run(chirp(2), taps)).head);
      expect(there.head?.logits.data.some((logit) => logit !== 0)).toBe(true);
    }
    const [pack] = own as [string];
    const engine = engines.open(await here.find(pack));
    const selection = { layers: ["weighted"], layerWeights: [0.5, -1, 2, 0] } as const;
    const taps = featureTaps(engine.manifest, selection);
    const { layerSum } = await (await here.open(pack)).run(chirp(2), taps);
    expect((await engine.run(chirp(2), taps)).layerSum).toEqual(layerSum);
    await rm(directory, { recursive: true });
  });

  it("leave the samples with their owner", async () => {
    const engine = await start().open();
    const samples = chirp(1);
    await engine.run(samples, lastLayer(engine));
    expect(samples).toEqual(chirp(1));
  });

  it("tell how far they are", async () => {
    const engine = await start().open();
    const reports: [number, number][] = [];
    const report = (done: number, total: number) => reports.push([done, total]);
    await engine.run(chirp(1), lastLayer(engine), { report });
    expect(reports).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it("pass errors on as they were thrown", async () => {
    const engine = await start().open();
    await expect(engine.run(new Float32Array(10), lastLayer(engine))).rejects.toMatchObject({
      name: "UndertoneError",
      slug: "clip-too-short",
      extensions: { samples: 10, minimumSamples: 400 },
    });
  });

  it("stop when the client goes away, and compute the next clip", async () => {
    const engine = await start().open();
    const leaving = new AbortController();
    const left = engine.run(chirp(60), lastLayer(engine), { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 50);
    await expect(left).rejects.toMatchObject({ slug: "request-aborted" });
    expect((await engine.run(chirp(1), lastLayer(engine))).frames).toBe(49);
    await expect(
      engine.run(chirp(1), lastLayer(engine), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ slug: "request-aborted" });
  });

  it("let others wait and refuse the rest", async () => {
    const engine = await start({ engines: 2, maxQueue: 1 }).open();
    const runs = await Promise.allSettled(
      [1, 2, 3, 4].map((seconds) => engine.run(chirp(seconds), lastLayer(engine))),
    );
    expect(runs.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
    expect(runs[3]).toMatchObject({ reason: { slug: "queue-full" } });
  });

  it("log damaged blobs that they read again", async () => {
    const damaged = await mkdtemp(join(tmpdir(), "undertone-damaged-"));
    const copy = filesystemStore(damaged);
    await installGolden(copy, "tiny-group", "fp32");
    for (const key of await copy.list("blobs/")) await copy.put(key, new Uint8Array(10));
    start({
      startThread: () =>
        startEngineThread({
          packsDirectory: damaged,
          limits: AMPLE_LIMITS,
          threads: 1,
          backend: null,
          isFollower: false,
        }),
    });
    const engine = engines.open(await nodeRegistry(copy).find("tiny-group-fp32"));
    await expect(engine.run(chirp(1), lastLayer(engine))).rejects.toMatchObject({
      slug: "pack-damaged",
    });
    expect(logged).toContainEqual(expect.objectContaining({ event: "blob-damaged" }));
    await rm(damaged, { recursive: true });
  });
});

describe("an engine whose thread dies", () => {
  it("answers 503, logs why, and is replaced", async () => {
    let threads = 0;
    const models = start({
      startThread: () =>
        ++threads === 1 ? new Worker(CRASHING) : startEngineThread(setupOf("wasm")),
    });
    const { app } = startService(models, { log: (entry) => logged.push(entry) });
    const post = () =>
      app.request("/v1/features?pool=mean", { method: "POST", body: wavOfChirp(8000) });

    const answer = await post();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: "/problems/engine-crashed" });
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: "error",
        event: "engine-crashed",
        message: "Error: out of everything",
      }),
    );
    expect((await post()).status).toBe(200);
    expect(threads).toBe(2);
  });

  it("keeps none of those waiting that another could compute", async () => {
    let threads = 0;
    const engine = await start({
      startThread: () =>
        ++threads === 1 ? new Worker(CRASHING) : startEngineThread(setupOf("wasm")),
    }).open();
    const runs = await Promise.allSettled(
      [1, 2, 3].map((seconds) => engine.run(chirp(seconds), lastLayer(engine))),
    );
    expect(runs.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(runs[0]).toMatchObject({ reason: { slug: "engine-crashed" } });
  });
});

describe("what engines compute with", () => {
  it("is told and logged, with what was set aside", async () => {
    start();
    const report = {
      backend: "wasm",
      threads: 1,
      adapter: null,
      setAside: ["native", "cuda", "webgpu"].map((backend) => ({
        backend,
        reason: "WASM was asked for",
      })),
      losses: 0,
    };
    expect(engines.backendNow()).toBeNull();
    expect(await engines.backend()).toEqual(report);
    expect(engines.backendNow()).toEqual(report);
    const { backend, setAside } = report;
    const entry = { level: "info", event: "backend-chosen", backend, set_aside: setAside };
    expect(logged).toContainEqual(entry);
  });

  it("is what the first of them has chosen, which the others do not choose again", async () => {
    const setAside = [{ backend: "native", reason: "the first engine found it slower" }];
    const followers: boolean[] = [];
    start({
      engines: 3,
      startThread(isFollower) {
        followers.push(isFollower);
        return isFollower
          ? startEngineThread({ ...setupOf(null), isFollower })
          : new Worker(CHOOSING, { workerData: setAside });
      },
    });
    const entry = { level: "info", event: "backend-chosen", backend: "wasm", set_aside: setAside };
    await expect.poll(() => logged, { timeout: 60_000 }).toEqual([entry, entry, entry]);
    expect(followers).toEqual([false, true, true]);
    expect(engines.backendNow()).toMatchObject({ backend: "wasm", setAside });
  });

  it("is chosen by the others if the first one breaks down before it has", async () => {
    let threads = 0;
    start({
      engines: 2,
      startThread: (isFollower) =>
        ++threads === 1
          ? new Worker("throw new Error('at once')", { eval: true })
          : startEngineThread({ ...setupOf(null), isFollower }),
    });
    const chosen = () => logged.filter(({ event }) => event === "backend-chosen");
    await expect.poll(chosen, { timeout: 60_000 }).toHaveLength(1);
  });

  it("is nothing if the thread breaks down, and then the next one's", async () => {
    let threads = 0;
    const registry = start({
      startThread: () =>
        ++threads === 1 ? new Worker(CRASHING) : startEngineThread(setupOf("wasm")),
    });
    const engine = await registry.open();
    await expect(engine.run(chirp(1), lastLayer(engine))).rejects.toMatchObject({
      slug: "engine-crashed",
    });
    await expect(engines.backend()).rejects.toThrow();
    await engine.run(chirp(1), lastLayer(engine));
    expect(await engines.backend()).toMatchObject({ backend: "wasm" });
  });

  it("is a GPU that is forced, given back before the thread ends", { timeout: 300_000 }, async ({
    skip,
  }) => {
    if (MISSING_SWIFTSHADER !== null && process.env.CI !== "true") skip(MISSING_SWIFTSHADER);
    useSwiftShader();
    const registry = start({ startThread: () => startEngineThread(setupOf("webgpu")) });
    expect(await engines.backend()).toMatchObject({
      backend: "webgpu",
      adapter: { description: expect.stringMatching(/swiftshader/i), isSoftware: true },
    });
    const engine = await registry.open("tiny-group-fp32");
    expect((await engine.run(chirp(1), lastLayer(engine))).backend).toBe("webgpu");
    const running = engine.run(chirp(3), lastLayer(engine));
    const ended = expect(running).rejects.toThrow();
    await engines.close();
    await ended;
  });
});
