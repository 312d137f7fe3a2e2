/** The pickle of a state_dict of float32 tensors, tensor n in storage n. */

/** Pickles names and shapes, protocol 2. */
export function pickleStateDict(shapes: ReadonlyMap<string, readonly number[]>): Buffer {
  const items = [...shapes].map(([name, shape], index) =>
    join(text(name), tensor(shape, String(index))),
  );
  return join([0x80, 2], orderedDict(), "(", ...items, "u.");
}

function tensor(shape: readonly number[], key: string): Buffer {
  const elements = shape.reduce((product, length) => product * length, 1);
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const type = global("torch", "FloatStorage");
  const id = tuple(text("storage"), type, text(key), text("cpu"), int(elements));
  const noGradient = Buffer.from([0x89]);
  return join(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      join(id, "Q"),
      int(0),
      tuple(...shape.map(int)),
      tuple(...strides.map(int)),
      noGradient,
      orderedDict(),
    ),
    "R",
  );
}

function orderedDict(): Buffer {
  return join(global("collections", "OrderedDict"), ")R");
}

function global(module: string, name: string): Buffer {
  return join(`c${module}\n${name}\n`);
}

function tuple(...items: Buffer[]): Buffer {
  return join("(", ...items, "t");
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return join("X", length, value);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return join("J", bytes);
}

function join(...parts: (Uint8Array | string | readonly number[])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))),
  );
}
