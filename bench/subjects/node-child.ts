/** A process that serves one model to node-process.ts: `node-child.ts pack|baseline <path>`. */
import { readFile } from "node:fs/promises";
import { openPackDirectory } from "../../src/cli/features.ts";
import { createNodeBackend } from "../../src/model/backend/node.ts";
import { resolveTaps } from "../../src/model/layers.ts";
import type { NodeAnswer, NodeRequest } from "./node-process.ts";
import type { MemoryUse } from "./subject.ts";

type Run = (request: NodeRequest) => Promise<MemoryUse>;

const [kind, path] = process.argv.slice(2);
let model: Promise<Run> | undefined;

process.on("message", async (request: NodeRequest) => {
  process.send?.(await answer(request));
});

async function answer(request: NodeRequest): Promise<NodeAnswer> {
  try {
    model ??= kind === "pack" ? openPack() : openBaseline();
    const run = await model;
    return { memory: await run(request) };
  } catch (error) {
    return { failure: String(error) };
  }
}

async function openPack(): Promise<Run> {
  const engine = await openPackDirectory(path);
  const { layerCount } = engine.manifest.architecture;
  return async ({ samples, layer }) => {
    const taps = resolveTaps(layer === null ? "last" : [layer], layerCount);
    return (await engine.run(samples, taps)).memory;
  };
}

async function openBaseline(): Promise<Run> {
  const backend = await createNodeBackend();
  const session = await backend.createSession(await readFile(path));
  return async ({ samples }) => {
    const input = { type: "float32", shape: [1, samples.length], data: samples } as const;
    await session.run({ input_values: input }, ["last_hidden_state"]);
    return { wasmHeapBytes: backend.heapBytes(), heldBufferBytes: 0 };
  };
}
