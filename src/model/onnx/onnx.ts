/** Writes ONNX model files (onnx.proto, IR version 8) from a list of nodes and tensors. */
import {
  bytesField,
  concatenate,
  type Encoded,
  floatField,
  integerField,
  messageField,
  stringField,
  toBytes,
} from "./protobuf.ts";

/** Element types in use, with their numbers in onnx.proto's TensorProto.DataType. */
const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A constant of the graph; `data` holds the elements row-major, in the layout of `type`. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A graph input or output; string dimensions are symbolic, and null leaves the shape open. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[] | null;
}

/** An attribute is told apart by its form: `{ float }`, `{ int }`, `{ ints }`. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };

/** One operator; `domain` is empty for ai.onnx. */
export interface OnnxNode {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A whole graph, nodes in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly tensors: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

const IR_VERSION = 8;
const OPSET_VERSION = 17;
const MICROSOFT_OPSET_VERSION = 1;
export const MICROSOFT_DOMAIN = "com.microsoft";

/** Encodes a graph as the bytes of an `.onnx` file; equal graphs give equal bytes. */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  return toBytes(
    concatenate([
      integerField(1, IR_VERSION),
      stringField(2, "undertone"),
      messageField(7, graphFields(graph)),
      messageField(8, [stringField(1, ""), integerField(2, OPSET_VERSION)]),
      messageField(8, [stringField(1, MICROSOFT_DOMAIN), integerField(2, MICROSOFT_OPSET_VERSION)]),
    ]),
  );
}

function graphFields(graph: OnnxGraph): Encoded[] {
  return [
    ...graph.nodes.map((node) => messageField(1, nodeFields(node))),
    stringField(2, graph.name),
    ...graph.tensors.map((tensor) => messageField(5, tensorFields(tensor))),
    ...graph.inputs.map((value) => messageField(11, valueFields(value))),
    ...graph.outputs.map((value) => messageField(12, valueFields(value))),
  ];
}

function nodeFields(node: OnnxNode): Encoded[] {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    stringField(3, node.outputs[0] ?? ""),
    stringField(4, node.operator),
    ...Object.entries(node.attributes).map(([name, value]) =>
      messageField(5, attributeFields(name, value)),
    ),
    stringField(7, node.domain),
  ];
}

function attributeFields(name: string, value: OnnxAttribute): Encoded[] {
  if ("int" in value)
    return [stringField(1, name), integerField(3, value.int), integerField(20, 2)];
  if ("float" in value)
    return [stringField(1, name), floatField(2, value.float), integerField(20, 1)];
  return [
    stringField(1, name),
    ...value.ints.map((int) => integerField(8, int)),
    integerField(20, 7),
  ];
}

/** The fields of a TensorProto. */
export function tensorFields(tensor: OnnxTensor): Encoded[] {
  return [
    ...tensor.shape.map((size) => integerField(1, size)),
    integerField(2, ELEMENT_TYPES[tensor.type]),
    stringField(8, tensor.name),
    bytesField(9, tensor.data),
  ];
}

function valueFields(value: OnnxValue): Encoded[] {
  const elementType = integerField(1, ELEMENT_TYPES[value.type]);
  const dimensions = value.shape?.map((size) =>
    messageField(1, [typeof size === "number" ? integerField(1, size) : stringField(2, size)]),
  );
  const tensorType = dimensions ? [elementType, messageField(2, dimensions)] : [elementType];
  return [stringField(1, value.name), messageField(2, [messageField(1, tensorType)])];
}
