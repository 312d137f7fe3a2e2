/** WebGPU in Node: Dawn, by the optional package `webgpu`, and onnxruntime-web's front end on top of it. */
import { readdir } from "node:fs/promises";
import { once } from "../../../once.ts";
import type { Backend } from "../backend.ts";
import type { FoundGpu } from "../choice.ts";
import { findAdapter } from "../webgpu/device.ts";
import { createWebgpuBackend } from "../webgpu/webgpu.ts";

/** Names of GPUs in Linux's /dev: Mesa's, NVIDIA's, and that of the Windows around WSL. */
const GPU_FILE = /^(nvidia\d+|dxg)$/;
const RENDER_NODE = /^renderD\d+$/;

const dawn = once(loadDawn);

/**
 * Node's GPU; `null` without the package, a driver or a GPU. `host` computes what onnxruntime has no shaders for. Where
 * Linux has no file for a GPU, Dawn is asked only if WebGPU is forced: its search takes up to a second, and drivers print
 * what they miss.
 */
export async function findNodeWebgpu(
  host: Backend,
  { isForced = false }: { readonly isForced?: boolean } = {},
): Promise<FoundGpu | null> {
  if (!isForced && !(await mayHaveGpu())) return null;
  const found = await findAdapter(await dawn());
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

async function mayHaveGpu(): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const [devices, nodes] = await Promise.all(
    ["/dev", "/dev/dri"].map((directory) => readdir(directory).catch(() => [])),
  );
  return (
    devices.some((name) => GPU_FILE.test(name)) || nodes.some((name) => RENDER_NODE.test(name))
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
