/** ONNX files that have names and nothing to compute. */
import {
  bytesField,
  type Encoded,
  integerField,
  messageField,
  stringField,
  toBytes,
} from "../../../src/model/onnx/protobuf.ts";

const FLOAT32 = 1;

/** What to put into one. */
export interface OnnxNames {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly initializers?: readonly string[];
  /** Of inputs and outputs, by onnx.proto. */
  readonly elementType?: number;
  readonly external?: boolean;
}

/** A file with a graph of those inputs, outputs and initializers. */
export function onnxFile({
  inputs = ["input_values"],
  outputs = ["last_hidden_state"],
  initializers = ["bias"],
  elementType = FLOAT32,
  external = false,
}: OnnxNames): Uint8Array<ArrayBuffer> {
  const tensorType = messageField(1, [integerField(1, elementType)]);
  const value = (field: number) => (name: string) =>
    messageField(field, [stringField(1, name), messageField(2, [tensorType])]);
  const initializer = (name: string): Encoded =>
    messageField(5, [
      stringField(8, name),
      bytesField(9, new Uint8Array(4)),
      integerField(14, external ? 1 : 0),
    ]);
  return toBytes(
    messageField(7, [
      ...initializers.map(initializer),
      ...inputs.map(value(11)),
      ...outputs.map(value(12)),
    ]),
  );
}
