import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import type { Engine, EngineResult } from "../../../../src/model/engine/engine.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { graphBuilder } from "../../../../src/model/onnx/builder.ts";
import { createModelRegistry } from "../../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { AMPLE_LIMITS, installGolden } from "../../../../support/packs/tiny-pack.ts";
import { type OpenProgram, openProgram } from "../../../support/model/open-program.ts";

/** Room for onnxruntime and 4 MB beside it. */
const SMALL_HEAP_BYTES = 320 * 65_536;

/** A program that gives its rows times two. */
async function openDoubling(backend: Backend): Promise<OpenProgram> {
  const graph = graphBuilder("doubling");
  const rows = graph.input("rows", "float32", ["n", 2]);
  const two = graph.vector(new Float32Array([2, 2]));
  graph.output("doubled", graph.op("Mul", [rows, two]), ["n", 2]);
  return openProgram(backend, graph.build());
}

async function double({ session, weights }: OpenProgram, rows: number, columns = 2) {
  const data = Float32Array.from({ length: rows * columns }, (_, index) => index);
  const feeds = { rows: { type: "float32", shape: [rows, columns], data } as const, ...weights };
  return (await session.run(feeds, ["doubled"])).outputs.doubled;
}

/** A program of one kernel: GELU. */
async function openActivating(backend: Backend): Promise<OpenProgram> {
  const graph = graphBuilder("activating");
  const rows = graph.input("rows", "float32", ["n", 4]);
  graph.output("activated", graph.kernel("gelu", [rows], { skipped: 0 }), ["n", 4]);
  return openProgram(backend, graph.build());
}

/** GELU of as many zeros. */
async function activate({ session }: OpenProgram, count: number): Promise<number[]> {
  const rows = { type: "float32", shape: [count / 4, 4], data: new Float32Array(count) } as const;
  const { outputs } = await session.run({ rows }, ["activated"]);
  return [...outputs.activated.data];
}

/** Of the 4 MB that the small heap has, more than a half. */
const MANY = 600_000;

/** A program that multiplies one value by the mean of a large constant, every number of which is `factor`. */
async function openScaling(backend: Backend, factor: number): Promise<OpenProgram> {
  const graph = graphBuilder("scaling");
  const value = graph.input("value", "float32", [1]);
  const factors = graph.vector(new Float32Array(MANY).fill(factor));
  const mean = graph.op("ReduceMean", [factors], { keepdims: { int: 1 } });
  graph.output("scaled", graph.op("Mul", [value, mean]), [1]);
  return openProgram(backend, graph.build());
}

async function scaleOne({ session, weights }: OpenProgram): Promise<number> {
  const one = { type: "float32", shape: [1], data: new Float32Array([1]) } as const;
  const { outputs } = await session.run({ value: one, ...weights }, ["scaled"]);
  return outputs.scaled.data[0];
}

const doubledPair = { shape: [1, 2], data: new Float32Array([0, 2]) };
const EXHAUSTED = { slug: "model-memory-exhausted" };

describe("a session", () => {
  it("puts an output into the place that it is given", async () => {
    const { session, weights } = await openDoubling(await createNodeBackend());
    const data = new Float32Array([1, 2, 3, 4]);
    const place = new Float32Array(6).subarray(2);
    const feeds = { rows: { type: "float32", shape: [2, 2], data } as const, ...weights };
    const { outputs } = await session.run(feeds, ["doubled"], { doubled: place });
    expect(outputs.doubled.data).toBe(place);
    expect([...new Float32Array(place.buffer)]).toEqual([0, 0, 2, 4, 6, 8]);
  });
});

describe("the heap", () => {
  it("is nothing before it is used, and never more than its maximum", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: SMALL_HEAP_BYTES });
    expect(backend.heapBytes()).toBe(0);
    const doubling = await openDoubling(backend);
    for (const rows of [1, 1000, 100_000]) {
      expect((await double(doubling, rows)).data.at(-1)).toBe(2 * (2 * rows - 1));
      expect(backend.heapBytes()).toBeGreaterThan(0);
      expect(backend.heapBytes()).toBeLessThanOrEqual(SMALL_HEAP_BYTES);
    }
  });

  it("grows with what is computed", async () => {
    const backend = await createNodeBackend();
    const doubling = await openDoubling(backend);
    await double(doubling, 1);
    const before = backend.heapBytes();
    await double(doubling, 2_000_000);
    expect(backend.heapBytes()).toBeGreaterThan(before);
  });

  it("holds the constants of one program at a time, copied once", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: SMALL_HEAP_BYTES });
    const timesThree = await openScaling(backend, 3);
    const timesFive = await openScaling(backend, 5);
    for (let turn = 0; turn < 3; turn++) {
      expect(await scaleOne(timesThree)).toBe(3);
      expect(await scaleOne(timesThree)).toBe(3);
      expect(await scaleOne(timesFive)).toBe(5);
    }
    const [factors] = Object.values(timesFive.weights);
    factors.data.fill(7);
    expect(await scaleOne(timesFive)).toBe(5);
    expect(await scaleOne(timesThree)).toBe(3);
    expect(await scaleOne(timesFive)).toBe(7);
  });

  it("of kernels alone can be made ahead, is small, and is what their sessions then use", async () => {
    const backend = await createNodeBackend();
    await backend.prepare();
    const prepared = backend.heapBytes();
    expect(prepared).toBeGreaterThan(0);
    expect(prepared).toBeLessThanOrEqual(2 ** 20);
    expect(await activate(await openActivating(backend), 4)).toEqual([0, 0, 0, 0]);
    expect(backend.heapBytes()).toBe(prepared);
  });

  it("that cannot be made says so, and so does one that cannot be made ahead", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: 65_536 });
    await expect(backend.prepare()).rejects.toMatchObject(EXHAUSTED);
    await expect(openDoubling(backend)).rejects.toThrow();
    expect(backend.heapBytes()).toBe(0);
  });

  it("of kernels alone works again after it was exhausted", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: 4 * 2 ** 20 });
    const activating = await openActivating(backend);
    for (let round = 0; round < 3; round++) {
      await expect(activate(activating, 2 ** 20)).rejects.toMatchObject(EXHAUSTED);
      expect(backend.heapBytes()).toBe(0);
      expect(await activate(activating, 4)).toEqual([0, 0, 0, 0]);
      expect(backend.heapBytes()).toBeLessThanOrEqual(4 * 2 ** 20);
    }
  });

  it("belongs to one backend", async () => {
    const [used, unused] = [await createNodeBackend(), await createNodeBackend()];
    await openDoubling(used);
    expect(used.heapBytes()).toBeGreaterThan(0);
    expect(unused.heapBytes()).toBe(0);
  });
});

describe("sessions", () => {
  it("work again after the heap was exhausted, whichever of them did it", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: SMALL_HEAP_BYTES });
    const sessions = [await openDoubling(backend), await openDoubling(backend)];
    for (const exhausting of [...sessions, ...sessions]) {
      await expect(double(exhausting, 2_000_000)).rejects.toMatchObject(EXHAUSTED);
      expect(backend.heapBytes()).toBe(0);
      for (const session of sessions) expect(await double(session, 1)).toEqual(doubledPair);
      expect(backend.heapBytes()).toBeGreaterThan(0);
    }
  });

  it("work again after an input of the wrong shape", async () => {
    const backend = await createNodeBackend();
    const doubling = await openDoubling(backend);
    for (let round = 0; round < 3; round++) {
      await expect(double(doubling, 1, 3)).rejects.toThrow(/rows/);
      expect(await double(doubling, 1)).toEqual(doubledPair);
    }
  });

  it("are not made of what is no program, and others are made after", async () => {
    const backend = await createNodeBackend();
    await expect(
      backend.createSession([{ onnx: new Uint8Array([1, 2, 3]), inputs: [], outputs: [] }]),
    ).rejects.toThrow();
    expect(await double(await openDoubling(backend), 1)).toEqual(doubledPair);
  });

  it("can be released before and after the heap was exhausted, and leave the others working", async () => {
    const backend = await createNodeBackend({ maxHeapBytes: SMALL_HEAP_BYTES });
    const [kept, early, late] = [
      await openDoubling(backend),
      await openDoubling(backend),
      await openDoubling(backend),
    ];
    await early.session.release();
    await expect(double(kept, 2_000_000)).rejects.toMatchObject(EXHAUSTED);
    await late.session.release();
    expect(await double(kept, 1)).toEqual(doubledPair);
  });
});

describe("an engine whose heap is too small for a clip", () => {
  const taps = resolveTaps("last", 3);
  const longClip = chirp(60);
  const shortClip = chirp(2);
  let expected: EngineResult;
  beforeAll(async () => {
    expected = await (await openEngine()).run(shortClip, taps);
  });

  /** Opens a tiny pack whose clips are accepted whatever its heap can hold. */
  async function openEngine(maxHeapBytes?: number): Promise<Engine> {
    const store = memoryStore();
    await installGolden(store, "tiny-group", "fp32");
    const registry = createModelRegistry({
      storage: store,
      backend: () => createNodeBackend(maxHeapBytes === undefined ? {} : { maxHeapBytes }),
      defaultModel: "",
      reportDamage: () => {},
      limits: AMPLE_LIMITS,
    });
    return registry.open();
  }

  it("says so each time, and gives the right answer to the clip after it", async () => {
    const engine = await openEngine(SMALL_HEAP_BYTES);
    for (let round = 0; round < 3; round++) {
      await expect(engine.run(longClip, taps)).rejects.toMatchObject(EXHAUSTED);
      const result = await engine.run(shortClip, taps);
      expect(result.hiddenStates).toEqual(expected.hiddenStates);
      expect(result.memory.wasmHeapBytes).toBeLessThanOrEqual(SMALL_HEAP_BYTES);
    }
  });

  it("gives the right answer to clips that waited behind it", async () => {
    const engine = await openEngine(SMALL_HEAP_BYTES);
    const failing = expect(engine.run(longClip, taps)).rejects.toMatchObject(EXHAUSTED);
    const waiting = [1, 2, 3].map(() => engine.run(shortClip, taps));
    await failing;
    for (const result of await Promise.all(waiting)) {
      expect(result.hiddenStates).toEqual(expected.hiddenStates);
    }
  });
});

function chirp(seconds: number): Float32Array {
  const length = seconds * 16_000;
  return Float32Array.from({ length }, (_, index) => Math.sin(index * (0.05 + index * 1e-7)));
}
