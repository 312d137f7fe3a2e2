/** WebGPU backend: ONNX programs by onnxruntime-web on a device. Long because its sessions share device, host and constants. */
import type { Tensor } from "onnxruntime-common";
import {
  type Backend,
  type BackendOutput,
  type BackendTensor,
  type DeviceBackend,
  type OnnxStep,
  type ProgramSession,
  stepKinds,
} from "../backend.ts";
import { neededOutputs, requireOnnxSteps } from "../onnx-steps.ts";
import type { OrtFrontEnd } from "../ort-front-end.ts";
import { type DeviceConstants, deviceConstants } from "./constants.ts";

/** Dependencies of the backend: the device, and the host for float64, which onnxruntime's WebGPU build does not have. */
export interface WebgpuParts {
  readonly ort: OrtFrontEnd;
  readonly device: GPUDevice;
  readonly host: Backend;
}

/** A device was lost; nothing can be computed on it any more. */
export class DeviceLost extends Error {
  constructor(reason: string) {
    super(`the GPU device was lost (${reason})`);
    this.name = "DeviceLost";
  }
}

/** The name of the backend. */
const WEBGPU_NAME = "webgpu";

type Inputs = Readonly<Record<string, BackendTensor>>;

/** One step made ready; it takes tensors of onnxruntime and gives them back. */
interface StepSession {
  run(
    values: ReadonlyMap<string, BackendTensor | Tensor>,
    outputs: readonly string[],
  ): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * Creates the backend on a device of its own, which `close` destroys. A lost device ends every run on it with `DeviceLost`,
 * those under way too.
 */
export function createWebgpuBackend(parts: WebgpuParts): DeviceBackend {
  const { device, host } = parts;
  const constants = deviceConstants(parts.ort, device);
  const lost = device.lost.then(({ message, reason }): never => {
    throw new DeviceLost(message || reason);
  });
  // Where nothing runs, nobody waits for it.
  lost.catch(() => {});

  return {
    name: WEBGPU_NAME,
    threads: host.threads,
    heapBytes: () => host.heapBytes(),
    describeHeap: () => host.describeHeap(),
    prepare: () => host.prepare(),
    supports: (steps, inputs) =>
      stepKinds(steps) === "onnx" &&
      Object.values(inputs).every((tensor) => fitsDevice(tensor, device)),
    async createSession(steps) {
      const session = programSession(parts, constants, requireOnnxSteps(steps, WEBGPU_NAME));
      return {
        run: (inputs, outputs) => Promise.race([session.run(inputs, outputs), lost]),
        release: () => session.release(),
      };
    },
    async close() {
      device.destroy();
    },
  };
}

/** True if shaders can read a tensor: its type, and its size in one buffer. */
export function fitsDevice(
  { type, data }: Pick<BackendTensor, "type" | "data">,
  { features, limits }: Pick<GPUDevice, "features" | "limits">,
): boolean {
  if (data.byteLength > limits.maxStorageBufferBindingSize) return false;
  return type !== "float16" || features.has("shader-f16");
}

/** Steps are opened when they first run: only then are the types of their inputs known. */
function programSession(
  parts: WebgpuParts,
  constants: DeviceConstants,
  steps: readonly OnnxStep[],
): ProgramSession {
  const opened: StepSession[] = [];
  return {
    async run(inputs, outputs) {
      const values = new Map<string, BackendTensor | Tensor>(Object.entries(inputs));
      for (const [index, step] of steps.entries()) {
        opened[index] ??= await openStep(parts, constants, step, inputs);
        const wanted = neededOutputs(steps, index, outputs);
        if (wanted.length === 0) continue;
        const results = await opened[index].run(values, wanted);
        for (const name of wanted) values.set(name, results[name]);
      }
      const results = outputs.map((name) => [name, outputOf(values.get(name) as Tensor)]);
      return { outputs: Object.fromEntries(results), backend: WEBGPU_NAME };
    },
    async release() {
      for (const session of opened.splice(0)) await session.release();
    },
  };
}

function openStep(
  parts: WebgpuParts,
  constants: DeviceConstants,
  step: OnnxStep,
  inputs: Inputs,
): Promise<StepSession> {
  const isFloat64 = step.inputs.some((name) => inputs[name]?.type === "float64");
  return isFloat64 ? openOnHost(parts, step) : openOnDevice(parts, constants, step);
}

async function openOnHost({ ort, host }: WebgpuParts, step: OnnxStep): Promise<StepSession> {
  const session = await host.createSession([step]);
  return {
    async run(values, outputs) {
      const inputs = step.inputs.map((name) => [name, values.get(name)]);
      const { outputs: results } = await session.run(Object.fromEntries(inputs), outputs);
      const tensors = outputs.map((name) => [
        name,
        new ort.Tensor("float32", results[name].data, results[name].shape),
      ]);
      return Object.fromEntries(tensors);
    },
    release: () => session.release(),
  };
}

async function openOnDevice(
  { ort, device }: WebgpuParts,
  constants: DeviceConstants,
  step: OnnxStep,
): Promise<StepSession> {
  const session = await ort.InferenceSession.create(step.onnx, {
    executionProviders: [{ name: "webgpu", device }],
    graphOptimizationLevel: "basic",
    logSeverityLevel: 3,
  });
  const inputOf = (value: BackendTensor | Tensor): Tensor => {
    if (!("shape" in value)) return value;
    return value.isConstant
      ? constants.of(value)
      : new ort.Tensor(value.type, value.data, value.shape);
  };
  return {
    async run(values, outputs) {
      const feeds = step.inputs.map((name) => [
        name,
        inputOf(values.get(name) as BackendTensor | Tensor),
      ]);
      return session.run(Object.fromEntries(feeds), outputs) as Promise<Record<string, Tensor>>;
    },
    release: () => session.release(),
  };
}

function outputOf({ dims, data }: Tensor): BackendOutput {
  return { shape: dims, data: data as Float32Array };
}
