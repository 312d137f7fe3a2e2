/** WebGPU in Node: Dawn, by the optional package `webgpu`, and onnxruntime-web's front end on top of it. */
import type { Backend } from "./backend.ts";
import type { FoundDevice } from "./choose.ts";
import { createWebgpuBackend } from "./webgpu.ts";
import { findAdapter } from "./webgpu-device.ts";

let dawn: Promise<GPU | undefined> | undefined;

/** Node's GPU; `null` without the package, a driver or a GPU. `host` computes what onnxruntime has no shaders for. */
export async function findNodeWebgpu(host: Backend): Promise<FoundDevice | null> {
  dawn ??= loadDawn();
  const found = await findAdapter(await dawn);
  return (
    found && {
      adapter: found.report,
      async open() {
        const ort = await import("onnxruntime-web/webgpu");
        return createWebgpuBackend({ ort, device: await found.openDevice(), host });
      },
    }
  );
}

/** onnxruntime looks for the GPU and its classes where browsers have them. */
async function loadDawn(): Promise<GPU | undefined> {
  const found = await import("webgpu").catch(() => undefined);
  if (found === undefined) return undefined;
  const gpu = found.create([]);
  Object.assign(globalThis, found.globals);
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  return gpu;
}
