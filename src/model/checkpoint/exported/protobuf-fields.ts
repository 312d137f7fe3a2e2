/** Reads the protobuf wire format, one message at a time and nothing copied: as much of it as ONNX files need. */
import { UndertoneError } from "../../../errors.ts";

/** A field of a message: a number, or the bytes of a string or of another message. */
export type ProtobufField =
  | { readonly field: number; readonly value: number; readonly bytes?: undefined }
  | { readonly field: number; readonly bytes: Uint8Array; readonly value?: undefined };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Of a 64-bit number, seven bits to a byte. */
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message, in order; those of fixed size, which ONNX has no names or sizes in, are passed over.
 * @throws UndertoneError `checkpoint-invalid` for bytes that are no message, such as one cut short.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  let position = 0;
  const skip = (count: number): number => {
    const start = position;
    position += count;
    if (position > message.length) throw notAMessage();
    return start;
  };
  const varint = (): number => {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = message[skip(1)];
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw notAMessage();
  };
  while (position < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === VARINT) yield { field, value: varint() };
    else if (wireType === FIXED64) skip(8);
    else if (wireType === FIXED32) skip(4);
    else if (wireType === LENGTH_DELIMITED) {
      const length = varint();
      const start = skip(length);
      yield { field, bytes: message.subarray(start, start + length) };
    } else throw notAMessage();
  }
}

function notAMessage(): UndertoneError {
  return new UndertoneError(
    "checkpoint-invalid",
    "The file is not an ONNX model, or is incomplete: fetch or export it again.",
  );
}
