/** A process that serves one model to node-process.ts: `node-child.ts pack|baseline <path>`. */
import { readFile } from "node:fs/promises";
import { openPackDirectory } from "../../src/cli/pack-directory.ts";
import { wasmModules } from "../../src/model/backend/node.ts";
import { resolveTaps } from "../../src/model/layers.ts";
import { openBaseline } from "../baseline/front-end.ts";
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
    model ??= kind === "pack" ? openPack() : openBaselineModel();
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

async function openBaselineModel(): Promise<Run> {
  const model = await openBaseline(await readFile(path), (await wasmModules()).ort);
  return async ({ samples }) => {
    await model.run(samples);
    return { wasmHeapBytes: model.heapBytes(), heldBufferBytes: 0 };
  };
}
