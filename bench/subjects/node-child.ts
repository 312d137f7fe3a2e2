/** A process that serves one model to node-process.ts: `node-child.ts pack|baseline <path>`. */
import { readFile } from "node:fs/promises";
import { openPackDirectory } from "../../src/cli/features.ts";
import { createNodeBackend } from "../../src/model/backend/node.ts";
import { resolveTaps } from "../../src/model/layers.ts";
import { watchWasmHeap } from "../wasm-heap.ts";
import type { NodeAnswer, NodeRequest } from "./node-process.ts";

type Run = (request: NodeRequest) => Promise<unknown>;

const [kind, path] = process.argv.slice(2);
const wasmHeapBytes = watchWasmHeap({ unbounded: kind === "baseline" });
let model: Promise<Run> | undefined;

process.on("message", async (request: NodeRequest) => {
  process.send?.(await answer(request));
});

async function answer(request: NodeRequest): Promise<NodeAnswer> {
  try {
    model ??= kind === "pack" ? openPack() : openBaseline();
    const run = await model;
    await run(request);
    return { memory: { wasmHeapBytes: wasmHeapBytes(), heldBufferBytes: 0 } };
  } catch (error) {
    return { failure: String(error) };
  }
}

async function openPack(): Promise<Run> {
  const engine = await openPackDirectory(path);
  const { layerCount } = engine.manifest.architecture;
  return ({ samples, layer }) =>
    engine.run(samples, resolveTaps(layer === null ? "last" : [layer], layerCount));
}

async function openBaseline(): Promise<Run> {
  const backend = await createNodeBackend();
  const session = await backend.createSession(await readFile(path));
  return ({ samples }) => {
    const input = { type: "float32", shape: [1, samples.length], data: samples } as const;
    return session.run({ input_values: input }, ["last_hidden_state"]);
  };
}
