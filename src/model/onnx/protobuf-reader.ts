/** Reads the fields of a protobuf message (protobuf.dev, "Encoding"), without copying. */

/** One field. */
export interface ProtobufField {
  readonly field: number;
  /** Of a field of a length: what it holds; empty for numbers. */
  readonly content: Uint8Array;
  /** The field with its tag, as it stands in the message. */
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array();

/**
 * The fields of a message, in order.
 * @throws RangeError if it is cut or has a field of an unknown kind.
 */
export function readFields(message: Uint8Array): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;

  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (at >= message.length || factor > 2 ** 63) throw new RangeError("a number is cut");
      const byte = message[at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const content = (length: number): Uint8Array => {
    at += length;
    if (at > message.length) throw new RangeError("a field is cut");
    return message.subarray(at - length, at);
  };
  const readContent = (wireType: number): Uint8Array => {
    if (wireType === 2) return content(varint());
    if (wireType === 0) varint();
    else if (wireType === 1) content(8);
    else if (wireType === 5) content(4);
    else throw new RangeError(`a field is of kind ${wireType}`);
    return EMPTY;
  };

  while (at < message.length) {
    const start = at;
    const tag = varint();
    const held = readContent(tag % 8);
    fields.push({ field: Math.floor(tag / 8), content: held, bytes: message.subarray(start, at) });
  }
  return fields;
}
