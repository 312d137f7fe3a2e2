/** Pickles put together opcode by opcode, as torch.save and its enemies write them. */

/** Bytes of a pickle that leave one value on the stack. */
export type Part = Uint8Array;

/** A whole pickle of protocol 2. */
export function pickle(...parts: Part[]): Uint8Array {
  return join([0x80, 2], ...parts, ".");
}

/** Bytes, texts and bytes given as numbers, one after another. */
export function join(...parts: (Part | string | readonly number[])[]): Part {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))),
  );
}

export const none: Part = join("N");
export const no: Part = join([0x89]);

export function text(value: string): Part {
  const bytes = Buffer.from(value);
  return join("X", u32(bytes.length), bytes);
}

/** An integer of 64 bits, as LONG1. */
export function int(value: number | bigint): Part {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return join([0x8a, 8], bytes);
}

export function tuple(...items: Part[]): Part {
  return join("(", ...items, "t");
}

export function list(...items: Part[]): Part {
  return join("](", ...items, "e");
}

export function dict(entries: Readonly<Record<string, Part>>): Part {
  const items = Object.entries(entries).flatMap(([key, value]) => [text(key), value]);
  return join("}(", ...items, "u");
}

export function global(module: string, name: string): Part {
  return join("c", module, "\n", name, "\n");
}

/** What calling `callable` gives. */
export function call(callable: Part, ...args: Part[]): Part {
  return join(callable, tuple(...args), "R");
}

export const orderedDict = call(global("collections", "OrderedDict"));

/** A reference to a storage, as zip files have it. */
export function storage(key: string, elements: number | bigint, type = "FloatStorage"): Part {
  const id = [text("storage"), global("torch", type), text(key), text("cpu"), int(elements)];
  return join(tuple(...id), "Q");
}

/** What a tensor is to be like; offset and strides count elements. */
export interface TensorPart {
  readonly shape: readonly (number | bigint)[];
  readonly strides: readonly (number | bigint)[];
  readonly offset?: number | bigint;
  readonly storage: Part;
}

export function tensor({ shape, strides, offset = 0, storage: from }: TensorPart): Part {
  return call(
    global("torch._utils", "_rebuild_tensor_v2"),
    from,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    no,
    orderedDict,
  );
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
