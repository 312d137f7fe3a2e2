import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { graphBuilder } from "../../../src/model/onnx/builder.ts";
import { openProgram } from "../../support/model/open-program.ts";
import { type WatchedThreads, watchThreads } from "../../support/model/watch-threads.ts";

const SMALL_HEAP_BYTES = 320 * 65_536;

/** A program that adds its rows to themselves, by a kernel or by onnxruntime. */
function doubling(by: "kernel" | "onnx") {
  const graph = graphBuilder("doubling");
  const rows = graph.input("rows", "float32", ["n", 64]);
  const sum = by === "kernel" ? graph.kernel("add", [rows, rows]) : graph.op("Add", [rows, rows]);
  graph.output("doubled", sum, ["n", 64]);
  return graph.build();
}

async function openDoubling(backend: Backend, by: "kernel" | "onnx") {
  const { session } = await openProgram(backend, doubling(by));
  return async (rows: number) => {
    const data = Float32Array.from({ length: rows * 64 }, (_, index) => index % 1000);
    const feeds = { rows: { type: "float32", shape: [rows, 64], data } as const };
    const { outputs } = await session.run(feeds, ["doubled"]);
    return outputs.doubled.data.every((value, index) => value === 2 * data[index]);
  };
}

let threads: WatchedThreads;
beforeEach(() => {
  threads = watchThreads();
});
afterEach(() => threads.release());

describe.each(["kernel", "onnx"] as const)(
  "a backend of three threads whose program is %s",
  (by) => {
    it("starts two beside the calling one when it is first used, and ends them when it is closed", async () => {
      const backend = await createNodeBackend({ threads: 3 });
      expect(threads.started()).toBe(0);
      const double = await openDoubling(backend, by);
      for (const rows of [1, 2, 3, 100, 5000]) expect(await double(rows)).toBe(true);
      expect([threads.started(), threads.running()]).toEqual([2, 2]);
      await backend.close();
      expect(threads.running()).toBe(0);
      await expect(double(1)).rejects.toThrow("closed");
    });

    it("ends them with a heap that was exhausted, and has as many for the next", async () => {
      const backend = await createNodeBackend({ threads: 3, maxHeapBytes: SMALL_HEAP_BYTES });
      const double = await openDoubling(backend, by);
      for (let round = 1; round <= 3; round++) {
        await expect(double(100_000)).rejects.toMatchObject({ slug: "model-memory-exhausted" });
        expect(threads.running()).toBe(0);
        expect(await double(10)).toBe(true);
        expect(threads.running()).toBe(2);
      }
      await backend.close();
      expect(threads.running()).toBe(0);
    });
  },
);

describe("backends of several threads", () => {
  it("can be made at the same time", async () => {
    const backends = await Promise.all(
      [2, 3, 2].map((count) => createNodeBackend({ threads: count })),
    );
    const doublings = await Promise.all(backends.map((backend) => openDoubling(backend, "onnx")));
    for (const double of doublings) expect(await double(1000)).toBe(true);
    expect(threads.running()).toBe(4);
    await Promise.all(backends.map((backend) => backend.close()));
    expect(threads.running()).toBe(0);
  });

  it("leave the global Worker as it was", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
    const backend = await createNodeBackend({ threads: 2 });
    await openDoubling(backend, "onnx");
    expect(Object.getOwnPropertyDescriptor(globalThis, "Worker")).toEqual(before);
    await backend.close();
  });
});

describe("a backend of one thread", () => {
  it("starts none", async () => {
    const backend = await createNodeBackend();
    for (const by of ["kernel", "onnx"] as const) {
      expect(await (await openDoubling(backend, by))(100)).toBe(true);
    }
    expect(threads.started()).toBe(0);
    await backend.close();
  });
});
