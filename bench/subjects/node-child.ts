/** A process that serves one model to node-process.ts, which names it in JSON as the only argument. */
import { readFile } from "node:fs/promises";
import { openPackDirectory } from "../../src/cli/packs/open.ts";
import type { Backend } from "../../src/model/backend/backend.ts";
import { createNodeBackend, sharedModules } from "../../src/model/backend/node/backend.ts";
import { nativeCandidates } from "../../src/model/backend/node/native-candidates.ts";
import { resolveTaps } from "../../src/model/engine/taps/resolve.ts";
import { openBaseline } from "../baseline/default-session.ts";
import { loadNativeOnnxRuntime } from "../native-onnxruntime.ts";
import type { NodeAnswer, NodeModel, NodeRequest } from "./node-process.ts";
import type { MemoryUse } from "./subject.ts";

type PackModel = NodeModel & { readonly kind: "pack" };
type NativeModel = NodeModel & { readonly kind: "native" };
type Run = (request: NodeRequest) => Promise<MemoryUse>;

const served: NodeModel = JSON.parse(process.argv[2]);
let model: Promise<Run> | undefined;

process.on("message", async (request: NodeRequest) => {
  process.send?.(await answer(request));
});

async function answer(request: NodeRequest): Promise<NodeAnswer> {
  try {
    model ??= openModel(served);
    const run = await model;
    return { memory: await run(request) };
  } catch (error) {
    return { failure: String(error) };
  }
}

function openModel(model: NodeModel): Promise<Run> {
  switch (model.kind) {
    case "pack":
      return openPack(model);
    case "baseline":
      return openBaselineModel(model.path);
    case "native":
      return openNativeModel(model);
  }
}

async function openPack({ path, threads, backend }: PackModel): Promise<Run> {
  const device = backend === "native" ? await nativeDevice(threads) : undefined;
  const engine = await openPackDirectory(path, threads, device);
  const { layerCount } = engine.manifest.architecture;
  return async ({ samples, layer }) => {
    const taps = resolveTaps(layer === null ? "last" : [layer], layerCount);
    return (await engine.run(samples, taps)).memory;
  };
}

async function openBaselineModel(path: string): Promise<Run> {
  const model = await openBaseline(await readFile(path), (await sharedModules()).ort);
  return async ({ samples }) => {
    await model.run(samples);
    return { wasmHeapBytes: model.heapBytes(), heldBufferBytes: 0 };
  };
}

async function nativeDevice(threads: number): Promise<Backend> {
  const [native] = nativeCandidates();
  return (await native.find(await createNodeBackend({ threads }))).open();
}

async function openNativeModel({ path, threads }: NativeModel): Promise<Run> {
  const { InferenceSession, Tensor } = loadNativeOnnxRuntime();
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const session = await InferenceSession.create(path, options);
  return async ({ samples }) => {
    await session.run({ input_values: new Tensor("float32", samples, [1, samples.length]) });
    return { wasmHeapBytes: 0, heldBufferBytes: 0 };
  };
}
