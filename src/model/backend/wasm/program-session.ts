/** Runs a program step by step in one heap: onnxruntime's sessions and the engine's own kernels, with nothing copied between. */
import type { BackendOutput, BackendTensor, ExecutableStep, OutputPlaces } from "../backend.ts";
import { kernelNamed } from "../kernels/kernels.ts";
import { createOrtSession, type OrtSession } from "../onnxruntime/session.ts";
import { copyTensor, kernelHeap } from "./heap-memory.ts";
import { elementCount, type HeapValue } from "./heap-value.ts";
import type { WasmInstance } from "./instance.ts";

/** A program's sessions in one instance. */
export interface InstanceProgram {
  run(
    inputs: Readonly<Record<string, BackendTensor>>,
    outputs: readonly string[],
    places?: OutputPlaces,
  ): Promise<Record<string, BackendOutput>>;
  release(): void;
}

type StepRunner = (values: ReadonlyMap<string, HeapValue>) => Promise<HeapValue[]>;

/** Prepares a program's steps; throws `HeapExhausted`, or an Error with onnxruntime's words. */
export async function createInstanceProgram(
  instance: WasmInstance,
  steps: readonly ExecutableStep[],
): Promise<InstanceProgram> {
  const sessions: OrtSession[] = [];
  const runners: StepRunner[] = [];
  for (const step of steps) runners.push(await prepareStep(instance, step, sessions));
  return {
    async run(inputs, outputs, places = {}) {
      const values = new Map<string, HeapValue>();
      try {
        putInputs(instance, inputs, values);
        for (const [index, step] of steps.entries()) {
          const results = await runners[index](values);
          for (const [at, name] of step.outputs.entries()) values.set(name, results[at]);
          freeDead(values, steps.slice(index + 1), outputs);
        }
        return Object.fromEntries(
          outputs.map((name) => [
            name,
            copyOut(instance, values.get(name) as HeapValue, places[name]),
          ]),
        );
      } finally {
        for (const value of values.values()) value.free();
      }
    },
    release() {
      for (const session of sessions) session.release();
    },
  };
}

async function prepareStep(
  { heap, ort, kernels }: WasmInstance,
  step: ExecutableStep,
  sessions: OrtSession[],
): Promise<StepRunner> {
  const inputsOf = (values: ReadonlyMap<string, HeapValue>) =>
    step.inputs.map((name) => values.get(name) as HeapValue);
  if ("kernel" in step) {
    const own = kernelHeap(heap);
    const kernel = kernelNamed(step.kernel);
    return async (values) => [kernel.step(kernels, own, inputsOf(values), step.attributes)];
  }
  if (ort === null) throw new Error("an ONNX step needs a heap with onnxruntime");
  const session = await createOrtSession(ort, step.onnx);
  sessions.push(session);
  return (values) => {
    const inputs = inputsOf(values).map((value, at) => [step.inputs[at], value]);
    return session.run(Object.fromEntries(inputs), step.outputs);
  };
}

/** Constants first: what the last program held of them is given up before anything is copied. */
function putInputs(
  { heap, constants }: WasmInstance,
  inputs: Readonly<Record<string, BackendTensor>>,
  values: Map<string, HeapValue>,
): void {
  const entries = Object.entries(inputs);
  const fixed = entries.filter(([, tensor]) => tensor.isConstant);
  const held = constants.hold(fixed.map(([, tensor]) => tensor));
  for (const [index, [name]] of fixed.entries()) values.set(name, held[index]);
  for (const [name, tensor] of entries) {
    if (!tensor.isConstant) values.set(name, copyTensor(heap, tensor));
  }
}

/** Frees what no later step and no answer needs. */
function freeDead(
  values: Map<string, HeapValue>,
  later: readonly ExecutableStep[],
  outputs: readonly string[],
): void {
  const needed = new Set([...outputs, ...later.flatMap(({ inputs }) => inputs)]);
  for (const [name, value] of values) {
    if (needed.has(name)) continue;
    value.free();
    values.delete(name);
  }
}

function copyOut(
  { heap }: WasmInstance,
  { shape, address }: HeapValue,
  place: Float32Array = new Float32Array(elementCount(shape)),
): BackendOutput {
  place.set(new Float32Array(heap.memory.buffer, address, elementCount(shape)));
  return { shape, data: place };
}
