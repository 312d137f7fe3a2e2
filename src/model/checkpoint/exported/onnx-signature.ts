/** Inputs and outputs of an ONNX file, read without running it. */
import { UndertoneError } from "../../../errors.ts";
import { protobufFields } from "./protobuf-fields.ts";

/** Numbers of fields, and of values, in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH = { initializer: 5, input: 11, output: 12 } as const;
const TENSOR = { name: 8, dataLocation: 14 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE_TENSOR = 1;
const TENSOR_ELEMENT_TYPE = 1;
const EXTERNAL = 1;
const FLOAT32 = 1;

/** A named input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly isFloat32: boolean;
}

/** Signature of a file's graph. */
export interface OnnxSignature {
  /** Without those that the file has values for. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** True if weights are in another file beside it. */
  readonly hasExternalWeights: boolean;
}

/**
 * Reads what an ONNX file takes and gives.
 * @throws UndertoneError `checkpoint-invalid` if it is no ONNX file.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function readOnnxSignature(file: Uint8Array): OnnxSignature {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Set<string>();
  let hasExternalWeights = false;
  for (const { field, bytes } of protobufFields(graphOf(file))) {
    if (bytes === undefined) continue;
    if (field === GRAPH.input) inputs.push(readValue(bytes));
    if (field === GRAPH.output) outputs.push(readValue(bytes));
    if (field !== GRAPH.initializer) continue;
    const tensor = readInitializer(bytes);
    initializers.add(tensor.name);
    hasExternalWeights ||= tensor.isExternal;
  }
  const given = inputs.filter(({ name }) => !initializers.has(name));
  return { inputs: given, outputs, hasExternalWeights };
}

function graphOf(file: Uint8Array): Uint8Array {
  for (const { field, bytes } of protobufFields(file)) {
    if (field === MODEL_GRAPH && bytes !== undefined) return bytes;
  }
  throw new UndertoneError(
    "checkpoint-invalid",
    "The file is not an ONNX model: it has no graph. Fetch or export it again.",
  );
}

function readInitializer(message: Uint8Array) {
  const tensor = { name: "", isExternal: false };
  for (const { field, bytes, value } of protobufFields(message)) {
    if (field === TENSOR.name && bytes !== undefined) tensor.name = text(bytes);
    if (field === TENSOR.dataLocation) tensor.isExternal = value === EXTERNAL;
  }
  return tensor;
}

function readValue(message: Uint8Array): OnnxValue {
  let name = "";
  let isFloat32 = false;
  for (const { field, bytes } of protobufFields(message)) {
    if (bytes === undefined) continue;
    if (field === VALUE.name) name = text(bytes);
    if (field === VALUE.type) isFloat32 = elementTypeOf(bytes) === FLOAT32;
  }
  return { name, isFloat32 };
}

function elementTypeOf(type: Uint8Array): number | undefined {
  for (const { field, bytes } of protobufFields(type)) {
    if (field !== TYPE_TENSOR || bytes === undefined) continue;
    for (const inner of protobufFields(bytes)) {
      if (inner.field === TENSOR_ELEMENT_TYPE) return inner.value;
    }
  }
  return undefined;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
