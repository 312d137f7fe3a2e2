/** Builds an OnnxGraph by calling operators like functions: names are made up, constants are collected. */
import {
  type ElementType,
  encodeModel,
  MICROSOFT_DOMAIN,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./onnx.ts";

/** The name of a value inside a graph under construction. */
export type Value = string & { readonly __value: unique symbol };

type TypedData = Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array | Uint16Array;
type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects one graph. */
export interface GraphBuilder {
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value;
  output(name: string, value: Value, shape: readonly (number | string)[]): void;
  constant(type: ElementType, shape: readonly number[], data: TypedData): Value;
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
    inputs: readonly (Value | "")[],
    outputCount: number,
    attributes?: Attributes,
  ): Value[];
  /** Encodes what was built as the bytes of an `.onnx` file. */
  encode(): BuiltSegment;
}

/** A finished graph, with the names the engine feeds and fetches. */
export interface BuiltSegment {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Starts an empty graph. */
export function graphBuilder(name: string): GraphBuilder {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const tensors: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const intConstants = new Map<string, Value>();
  let valueCount = 0;

  const fresh = (stem: string): Value => `${stem}_${valueCount++}` as Value;

  const addNode = (
    operator: string,
    domain: string,
    nodeInputs: readonly string[],
    outputCount: number,
    attributes: Attributes,
  ): Value[] => {
    const nodeOutputs = Array.from({ length: outputCount }, () => fresh(operator));
    nodes.push({ operator, domain, inputs: nodeInputs, outputs: nodeOutputs, attributes });
    return nodeOutputs;
  };

  const constant: GraphBuilder["constant"] = (type, shape, data) => {
    const name = fresh("constant");
    tensors.push({
      name,
      type,
      shape,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
    return name;
  };

  return {
    input(inputName, type, shape) {
      inputs.push({ name: inputName, type, shape });
      return inputName as Value;
    },
    output(outputName, value, shape) {
      nodes.push({
        operator: "Identity",
        domain: "",
        inputs: [value],
        outputs: [outputName],
        attributes: {},
      });
      outputs.push({ name: outputName, type: "float32", shape });
    },
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
      addNode(operator, "", nodeInputs, 1, attributes)[0],
    microsoft: (operator, nodeInputs, attributes = {}) =>
      addNode(operator, MICROSOFT_DOMAIN, nodeInputs, 1, attributes)[0],
    multi: (operator, nodeInputs, outputCount, attributes = {}) =>
      addNode(operator, "", nodeInputs, outputCount, attributes),
    encode: () => ({
      name,
      inputs: inputs.map((value) => value.name),
      outputs: outputs.map((value) => value.name),
      bytes: encodeModel({ name, inputs, outputs, tensors, nodes }),
    }),
  };
}
