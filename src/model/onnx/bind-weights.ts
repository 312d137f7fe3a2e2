/** Makes inputs of an ONNX file constants of it, so that a runtime can lay them out once for all runs. */

import { type OnnxTensor, tensorFields } from "./onnx.ts";
import { concatenate, type Encoded, messageField, toBytes, whole } from "./protobuf.ts";
import { readFields } from "./protobuf-reader.ts";

/** Numbers of onnx.proto's fields. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const GRAPH_INPUT = 11;
const VALUE_NAME = 1;

/**
 * Gives the bytes of a model in which inputs named as `weights` are initializers and no inputs any more.
 * @throws RangeError if the bytes are no protobuf message.
 */
export function bindWeights(
  model: Uint8Array,
  weights: readonly OnnxTensor[],
): Uint8Array<ArrayBuffer> {
  const names = new Set(weights.map(({ name }) => name));
  const fields = readFields(model).map(({ field, content, bytes }) =>
    field === MODEL_GRAPH ? boundGraph(content, names, weights) : whole(bytes),
  );
  return toBytes(concatenate(fields));
}

function boundGraph(
  graph: Uint8Array,
  names: ReadonlySet<string>,
  weights: readonly OnnxTensor[],
): Encoded {
  const kept = readFields(graph)
    .filter(({ field, content }) => field !== GRAPH_INPUT || !names.has(nameOf(content)))
    .map(({ bytes }) => whole(bytes));
  const initializers = weights.map((weight) =>
    messageField(GRAPH_INITIALIZER, tensorFields(weight)),
  );
  return messageField(MODEL_GRAPH, [...kept, ...initializers]);
}

function nameOf(value: Uint8Array): string {
  const name = readFields(value).find(({ field }) => field === VALUE_NAME);
  return new TextDecoder().decode(name?.content);
}
