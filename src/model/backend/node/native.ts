/** onnxruntime's native build: ONNX programs in the processor's own instructions, or on an NVIDIA GPU by CUDA. */

import type { InferenceSession, Tensor } from "onnxruntime-common";
import { bytesOf } from "../../../bytes.ts";
import { bindWeights } from "../../onnx/bind-weights.ts";
import type { ElementType, OnnxTensor } from "../../onnx/onnx.ts";
import {
  type Backend,
  type BackendTensor,
  type DeviceBackend,
  type OnnxStep,
  type OutputPlaces,
  type ProgramSession,
  stepKinds,
} from "../backend.ts";
import { neededOutputs, requireOnnxSteps } from "../onnx-steps.ts";
import type { OrtFrontEnd } from "../ort-front-end.ts";
import { sessionsByWeights, type Weights } from "./weight-sessions.ts";

/** Execution providers of onnxruntime-node that are used, which are the names of their backends. */
export type NativeProvider = "native" | "cuda";

/** Dependencies of the backend; `host` computes programs that have kernels of the engine's own. */
export interface NativeParts {
  readonly ort: OrtFrontEnd;
  readonly provider: NativeProvider;
  readonly host: Backend;
  /**
   * Once it is aborted, nothing more is begun: a thread that ends while onnxruntime-node is at work takes the process with it.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Creates the backend, on as many threads as the host has. */
export function createNativeBackend(parts: NativeParts): DeviceBackend {
  const { provider, host } = parts;
  return {
    name: provider,
    threads: host.threads,
    computesExports: true,
    heapBytes: () => host.heapBytes(),
    describeHeap: () => host.describeHeap(),
    prepare: () => host.prepare(),
    supports: (steps) => stepKinds(steps) === "onnx",
    createSession: async (steps) => programSession(parts, requireOnnxSteps(steps, provider)),
    async close() {},
  };
}

type Inputs = Readonly<Record<string, BackendTensor>>;

/** A session of one program. */
function programSession(parts: NativeParts, steps: readonly OnnxStep[]): ProgramSession {
  const { ort, provider, host, signal } = parts;
  const sessions = sessionsByWeights((weights) => openSteps(parts, steps, weights));
  const columns = new Map<string, number>();

  const placeOf = (name: string, places: OutputPlaces): Tensor | null => {
    const place = places[name];
    const width = columns.get(name);
    if (place === undefined || width === undefined) return null;
    return new ort.Tensor("float32", place, [place.length / width, width]);
  };

  return {
    async run(inputs, outputs, places = {}) {
      const bound = boundWeights(inputs, host.threads);
      const opened = await sessions.of(bound);
      const isBound = new Set(bound.map(([name]) => name));
      const values = new Map<string, Tensor>();
      for (const [name, { type, data, shape }] of Object.entries(inputs)) {
        if (!isBound.has(name)) values.set(name, new ort.Tensor(type, data, shape));
      }
      for (const [index, step] of steps.entries()) {
        const wanted = neededOutputs(steps, index, outputs);
        if (wanted.length === 0) continue;
        const given = step.inputs.flatMap((name) => {
          const value = values.get(name);
          return value === undefined ? [] : [[name, value] as const];
        });
        const fetches = wanted.map((name) => [name, placeOf(name, places)] as const);
        signal?.throwIfAborted();
        const results = await opened[index].run(
          Object.fromEntries(given),
          Object.fromEntries(fetches),
        );
        for (const name of wanted) {
          const { dims } = results[name];
          if (dims.length === 2) columns.set(name, dims[1]);
          values.set(name, results[name] as Tensor);
        }
      }
      const results = outputs.map((name) => {
        const { dims, data } = values.get(name) as Tensor;
        return [name, { shape: dims, data: data as Float32Array }] as const;
      });
      return { outputs: Object.fromEntries(results), backend: provider };
    },
    release: () => sessions.release(),
  };
}

/**
 * The weights that become constants of the graph: onnxruntime lays them out once then. Not so int8 ones on several threads: it
 * lays them out nearly as fast as it multiplies, and one session for all layers has one set of threads, which need not be woken
 * for each.
 */
function boundWeights(inputs: Inputs, threads: number): Weights {
  const weights = Object.entries(inputs).filter(([, { isConstant }]) => isConstant === true);
  const isInt8 = weights.some(([, { type }]) => type === "int8");
  return isInt8 && threads > 1 ? [] : weights;
}

/** One after the other, each of which holds the thread. */
async function openSteps(
  parts: NativeParts,
  steps: readonly OnnxStep[],
  weights: Weights,
): Promise<InferenceSession[]> {
  const opened: InferenceSession[] = [];
  for (const step of steps) {
    parts.signal?.throwIfAborted();
    opened.push(await openStep(parts, step, weights));
  }
  return opened;
}

function openStep(
  { ort, provider, host }: NativeParts,
  step: OnnxStep,
  weights: Weights,
): Promise<InferenceSession> {
  const own = weights.filter(([name]) => step.inputs.includes(name)).map(tensorOf);
  const model = own.length === 0 ? step.onnx : bindWeights(step.onnx, own);
  return ort.InferenceSession.create(model, {
    executionProviders: provider === "cuda" ? ["cuda", "cpu"] : ["cpu"],
    intraOpNumThreads: host.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Else the threads of one session go on spinning while another's compute.
    extra: { session: { force_spinning_stop: "1" } },
  });
}

function tensorOf([name, { type, shape, data }]: Weights[number]): OnnxTensor {
  const bytes = bytesOf(data);
  return { name, type: type satisfies ElementType, shape, data: bytes };
}
