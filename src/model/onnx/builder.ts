/** Builds programs by calling operators like functions; names are generated. Long: one method per kind of operator. */
import { bytesOf } from "../../bytes.ts";
import type { ExecutableStep } from "../backend/backend.ts";
import type { KernelName } from "../backend/kernels/kernels.ts";
import {
  type ElementType,
  MICROSOFT_DOMAIN,
  type OnnxAttribute,
  type OnnxTensor,
  type OnnxValue,
} from "./onnx.ts";
import { type ProgramGraph, programSteps } from "./steps.ts";

/** The name of a value inside a graph under construction. */
export type Value = string & { readonly __value: unique symbol };

type TypedData =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array;
type Attributes = Readonly<Record<string, OnnxAttribute>>;
type Shape = readonly number[];

/** A weight of a program: an input of its graph that the engine feeds from the segment's blob. */
export interface ProgramWeight {
  readonly name: string;
  readonly type: WeightType;
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/** Element types that weights are stored in. */
export type WeightType = "float32" | "float64" | "float16" | "int8" | "uint8";

/**
 * A finished program. Weights are inputs and not part of the file, so that all layers share one session and the heap
 * holds one layer's weights at a time.
 */
export interface BuiltProgram {
  readonly name: string;
  /** Names of the inputs that are not weights. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly weights: readonly ProgramWeight[];
  /** Equal for every layer of a model. */
  readonly steps: readonly ExecutableStep[];
}

/** Collects one program. */
export interface GraphBuilder {
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value;
  /** Gives a value the name of an output, and gives it back under that name. */
  output(name: string, value: Value, shape: readonly (number | string)[]): Value;
  weight(type: WeightType, shape: Shape, data: TypedData): Value;
  /** A float32 weight of one dimension. */
  vector(values: Float32Array): Value;
  /** A constant inside the file: equal in all segments that share the program. */
  constant(type: ElementType, shape: Shape, data: TypedData): Value;
  /** A one-dimensional int64 constant, as shapes, axes and slices want it. */
  ints(...values: number[]): Value;
  float(value: number): Value;
  /** Applies an ai.onnx operator with one output; an empty name leaves an optional input out. */
  op(operator: string, inputs: readonly (Value | "")[], attributes?: Attributes): Value;
  /** Applies an operator of the com.microsoft domain with one output. */
  microsoft(operator: string, inputs: readonly (Value | "")[], attributes?: Attributes): Value;
  /** Applies an ai.onnx operator with several outputs. */
  multi(
    operator: string,
    inputs: readonly Value[],
    outputCount: number,
    attributes?: Attributes,
  ): Value[];
  /** Calls one of the engine's own kernels. */
  kernel(
    name: KernelName,
    inputs: readonly Value[],
    attributes?: Readonly<Record<string, number>>,
  ): Value;
  /** Splits a value into equal parts along an axis. */
  split(value: Value, count: number, axis: number): Value[];
  build(): BuiltProgram;
}

/** Starts an empty program. */
export function graphBuilder(name: string): GraphBuilder {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const weights: ProgramWeight[] = [];
  const tensors: OnnxTensor[] = [];
  const nodes: ProgramGraph["nodes"][number][] = [];
  const intConstants = new Map<string, Value>();
  let valueCount = 0;

  const fresh = (stem: string): Value => `${stem}_${valueCount++}` as Value;

  const addNode = (node: ProgramGraph["nodes"][number]) => nodes.push(node);

  const addOperator = (
    operator: string,
    domain: string,
    nodeInputs: readonly string[],
    attributes: Attributes,
  ): Value => {
    const output = fresh(operator);
    addNode({ operator, domain, inputs: nodeInputs, outputs: [output], attributes });
    return output;
  };

  const weight: GraphBuilder["weight"] = (type, shape, data) => {
    const weightName = fresh("weight");
    weights.push({ name: weightName, type, shape, data: bytesOf(data) });
    return weightName;
  };

  const constant: GraphBuilder["constant"] = (type, shape, data) => {
    const constantName = fresh("constant");
    tensors.push({ name: constantName, type, shape, data: bytesOf(data) });
    return constantName;
  };

  const multi: GraphBuilder["multi"] = (operator, nodeInputs, outputCount, attributes = {}) => {
    const nodeOutputs = Array.from({ length: outputCount }, () => fresh(operator));
    addNode({ operator, domain: "", inputs: nodeInputs, outputs: nodeOutputs, attributes });
    return nodeOutputs;
  };

  const split: GraphBuilder["split"] = (value, count, axis) => {
    if (count === 1) return [value];
    const parts = partsAtOnce(count);
    const made = multi("Split", [value], parts, { axis: { int: axis } });
    return made.flatMap((part) => split(part, count / parts, axis));
  };

  return {
    input(inputName, type, shape) {
      inputs.push({ name: inputName, type, shape });
      return inputName as Value;
    },
    output(outputName, value, shape) {
      const last = nodes[nodes.length - 1];
      if (last !== undefined && "kernel" in last && last.outputs[0] === value) {
        nodes[nodes.length - 1] = { ...last, outputs: [outputName] };
      } else {
        const node = { operator: "Identity", domain: "", inputs: [value], outputs: [outputName] };
        addNode({ ...node, attributes: {} });
      }
      outputs.push({ name: outputName, type: "float32", shape });
      return outputName as Value;
    },
    weight,
    vector: (values) => weight("float32", [values.length], values),
    constant,
    ints(...values) {
      const key = values.join();
      const known = intConstants.get(key);
      if (known !== undefined) return known;
      const made = constant("int64", [values.length], BigInt64Array.from(values, BigInt));
      intConstants.set(key, made);
      return made;
    },
    float: (value) => constant("float32", [], new Float32Array([value])),
    op: (operator, nodeInputs, attributes = {}) =>
      addOperator(operator, "", nodeInputs, attributes),
    microsoft: (operator, nodeInputs, attributes = {}) =>
      addOperator(operator, MICROSOFT_DOMAIN, nodeInputs, attributes),
    multi,
    kernel(kernelName, kernelInputs, attributes = {}) {
      const output = fresh(kernelName);
      addNode({ kernel: kernelName, inputs: kernelInputs, outputs: [output], attributes });
      return output;
    },
    split,
    build: () => ({
      name,
      inputs: inputs.map((value) => value.name),
      outputs: outputs.map((value) => value.name),
      weights,
      steps: programSteps({ name, inputs, outputs, weights, tensors, nodes }),
    }),
  };
}

/** A GPU's shader binds 8 buffers for certain (WebGPU, maxStorageBuffersPerShaderStage): one input and 7 outputs. */
const MOST_PARTS = 7;

/** The largest divisor of `count` that one operator can split into; `count` itself if there is none. */
function partsAtOnce(count: number): number {
  for (let parts = Math.min(count, MOST_PARTS); parts > 1; parts--) {
    if (count % parts === 0) return parts;
  }
  return count;
}
