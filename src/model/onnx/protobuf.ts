/** The part of the protobuf wire format that ONNX files need, written without copying large fields. */

/** Encoded bytes in pieces, so that weights are copied once, when the file is put together. */
export interface Encoded {
  readonly pieces: readonly Uint8Array[];
  readonly length: number;
}

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

/** Encodes an integer field; negative values take the ten bytes of a 64-bit two's complement. */
export function integerField(field: number, value: number | bigint): Encoded {
  return whole([...tag(field, WIRE_VARINT), ...varint(BigInt.asUintN(64, BigInt(value)))]);
}

/** Encodes a 32-bit float field. */
export function floatField(field: number, value: number): Encoded {
  const bytes = new Uint8Array(new Float32Array([value]).buffer);
  return whole([...tag(field, WIRE_FIXED32), ...bytes]);
}

/** Encodes a string field as UTF-8. */
export function stringField(field: number, value: string): Encoded {
  return bytesField(field, new TextEncoder().encode(value));
}

/** Encodes a bytes field; `bytes` is referenced, not copied. */
export function bytesField(field: number, bytes: Uint8Array): Encoded {
  return lengthDelimited(field, { pieces: [bytes], length: bytes.length });
}

/** Encodes an embedded message made of already encoded fields. */
export function messageField(field: number, fields: readonly Encoded[]): Encoded {
  return lengthDelimited(field, concatenate(fields));
}

/** Joins encoded fields in order. */
export function concatenate(fields: readonly Encoded[]): Encoded {
  return {
    pieces: fields.flatMap((part) => part.pieces),
    length: fields.reduce((sum, part) => sum + part.length, 0),
  };
}

/** Copies all pieces into one array. */
export function toBytes(encoded: Encoded): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoded.length);
  let offset = 0;
  for (const piece of encoded.pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

function lengthDelimited(field: number, content: Encoded): Encoded {
  const header = whole([...tag(field, WIRE_LENGTH_DELIMITED), ...varint(BigInt(content.length))]);
  return concatenate([header, content]);
}

function tag(field: number, wireType: number): number[] {
  return varint(BigInt((field << 3) | wireType));
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** Bytes that are encoded already. */
export function whole(bytes: readonly number[] | Uint8Array): Encoded {
  const piece = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
  return { pieces: [piece], length: bytes.length };
}
