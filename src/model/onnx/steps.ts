/** Cuts a program's operators into steps: runs of ONNX operators become files, kernels stand alone. */
import type { ExecutableStep } from "../backend/backend.ts";
import type { KernelName } from "../backend/kernels/kernels.ts";
import { encodeModel, type OnnxNode, type OnnxTensor, type OnnxValue } from "./onnx.ts";

/** One call of a kernel of the engine's own. */
export interface KernelNode {
  readonly kernel: KernelName;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number>>;
}

/** A program's operators in topological order, with what they use. */
export interface ProgramGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly weights: readonly OnnxValue[];
  readonly tensors: readonly OnnxTensor[];
  readonly nodes: readonly (OnnxNode | KernelNode)[];
}

/**
 * Cuts a graph into the fewest steps that keep its order. Operators on float64 have steps of their own, because not every
 * backend has them.
 */
export function programSteps(graph: ProgramGraph): ExecutableStep[] {
  const runs = consecutiveRuns(graph.nodes, float64Values(graph));
  return runs.map((run, index) => {
    const [first] = run;
    if (isKernel(first)) return first;
    const later = runs.slice(index + 1).flat();
    return onnxStep(graph, run as readonly OnnxNode[], later);
  });
}

function isKernel(node: OnnxNode | KernelNode): node is KernelNode {
  return "kernel" in node;
}

/** Every float64 value: inputs, weights, constants, and what is computed from them up to a Cast. */
function float64Values({ inputs, weights, tensors, nodes }: ProgramGraph): ReadonlySet<string> {
  const given = [...inputs, ...weights, ...tensors].filter(({ type }) => type === "float64");
  const found = new Set(given.map(({ name }) => name));
  for (const node of nodes) {
    const isCast = "operator" in node && node.operator === "Cast";
    if (isCast || !takesAny(node, found)) continue;
    for (const output of node.outputs) found.add(output);
  }
  return found;
}

function takesAny(node: OnnxNode | KernelNode, values: ReadonlySet<string>): boolean {
  return node.inputs.some((input) => values.has(input));
}

/** Kernels one by one, ONNX operators as many together as follow each other and are of one kind. */
function consecutiveRuns(
  nodes: ProgramGraph["nodes"],
  float64: ReadonlySet<string>,
): (OnnxNode | KernelNode)[][] {
  const runs: (OnnxNode | KernelNode)[][] = [];
  let previous: OnnxNode | KernelNode | undefined;
  for (const node of nodes) {
    const continues =
      previous !== undefined &&
      !isKernel(node) &&
      !isKernel(previous) &&
      takesAny(node, float64) === takesAny(previous, float64);
    if (continues) runs[runs.length - 1].push(node);
    else runs.push([node]);
    previous = node;
  }
  return runs;
}

function onnxStep(
  { name, inputs, outputs, weights, tensors }: ProgramGraph,
  nodes: readonly OnnxNode[],
  later: readonly (OnnxNode | KernelNode)[],
): ExecutableStep {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const constants = tensors.filter((tensor) => used.has(tensor.name));
  const known = new Map([...inputs, ...weights].map((value) => [value.name, value]));
  const given = new Set(["", ...made, ...constants.map((tensor) => tensor.name)]);
  const entering = [...used].filter((value) => !given.has(value));
  const wanted = new Set([
    ...outputs.map((value) => value.name),
    ...later.flatMap((node) => node.inputs),
  ]);
  const leaving = [...made].filter((value) => wanted.has(value));
  const shapes = new Map(outputs.map((value) => [value.name, value]));
  const intermediate = (value: string): OnnxValue => ({
    name: value,
    type: "float32",
    shape: null,
  });
  return {
    onnx: encodeModel({
      name,
      inputs: entering.map((value) => known.get(value) ?? intermediate(value)),
      outputs: leaving.map((value) => shapes.get(value) ?? intermediate(value)),
      tensors: constants,
      nodes,
    }),
    inputs: entering,
    outputs: leaving,
  };
}
