import { describe, expect, it } from "vitest";
import { openTorchFile } from "../../../../src/model/checkpoint/torch/file.ts";
import {
  call,
  global,
  int,
  join,
  list,
  no,
  none,
  orderedDict,
  pickle,
  storage,
  tensor,
  text,
  tuple,
} from "../../../support/checkpoints/pickle-assembler.ts";
import {
  legacyFile,
  stateDict,
  torchZip,
  write,
  zip,
} from "../../../support/checkpoints/torch-archives.ts";

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer);
const matrix = { storage: storage("0", 6), shape: [2, 3], strides: [3, 1] };

async function open(bytes: Uint8Array) {
  const file = await openTorchFile(await write(bytes));
  return file.tensorsOf(file.root);
}

const openZip = (root: Uint8Array, options = {}) =>
  open(torchZip(root, { "0": bytesOf(SIX) }, options));

describe("openTorchFile", () => {
  it("reads tensors by name from a zip file", async () => {
    const file = await openZip(stateDict({ a: tensor(matrix), steps: int(3) }));
    expect([...file.shapes]).toEqual([["a", [2, 3]]]);
    expect(await file.read("a")).toEqual({ shape: [2, 3], data: SIX });
  });

  it("reads views: an offset, a column, a transposition, an empty one, a scalar", async () => {
    const view = (shape: number[], strides: number[], offset = 0) =>
      tensor({ storage: storage("0", 6), shape, strides, offset });
    const file = await openZip(
      stateDict({
        tail: view([4], [1], 2),
        column: view([2], [3], 1),
        transposed: view([3, 2], [1, 3]),
        empty: view([0, 3], [3, 1]),
        scalar: view([], [], 5),
      }),
    );
    const valuesOf = async (name: string) => [...(await file.read(name)).data];
    expect(await valuesOf("tail")).toEqual([3, 4, 5, 6]);
    expect(await valuesOf("column")).toEqual([2, 5]);
    expect(await valuesOf("transposed")).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await valuesOf("empty")).toEqual([]);
    expect(await valuesOf("scalar")).toEqual([6]);
  });

  it("reads a permuted convolution kernel of halves", async () => {
    const halves = new Uint16Array(24).map((_, index) => 0x3c00 + index);
    const root = stateDict({
      a: tensor({
        storage: storage("0", 24, "HalfStorage"),
        shape: [4, 2, 3],
        strides: [1, 12, 4],
      }),
    });
    const file = await open(torchZip(root, { "0": new Uint8Array(halves.buffer) }));
    const { data } = await file.read("a");
    const places = [...data].map((value) => (value - 1) * 1024);
    const expected = [0, 1, 2, 3].flatMap((i) =>
      [0, 1].flatMap((j) => [0, 1, 2].map((k) => i + 12 * j + 4 * k)),
    );
    expect(places).toEqual(expected);
  });

  it("reads Parameters, and what Python 2 and torch before 0.4.1 wrote", async () => {
    const parameter = call(
      global("torch._utils", "_rebuild_parameter"),
      tensor(matrix),
      no,
      orderedDict,
    );
    const older = call(
      global("torch._utils", "_rebuild_tensor"),
      storage("0", 6),
      int(0),
      tuple(int(6)),
      tuple(int(1)),
    );
    const byteString = join("U", [1], "b");
    const pairs = list(tuple(text("a"), parameter), list(byteString, older));
    const root = pickle(call(global("collections", "OrderedDict"), pairs));
    const file = await openZip(root);
    expect((await file.read("a")).data).toEqual(SIX);
    expect((await file.read("b")).data).toEqual(SIX);
  });

  it("reads the layout before zip files", async () => {
    const legacyStorage = (key: string, elements: number) =>
      join(
        tuple(
          text("storage"),
          global("torch", "FloatStorage"),
          text(key),
          text("cpu"),
          int(elements),
          none,
        ),
        "Q",
      );
    const vector = (key: string, length: number) =>
      tensor({ storage: legacyStorage(key, length), shape: [length], strides: [1] });
    const file = await open(
      legacyFile(stateDict({ a: vector("94", 6), b: vector("17", 2) }), {
        "94": SIX,
        "17": Float32Array.of(7, 8),
      }),
    );
    expect((await file.read("a")).data).toEqual(SIX);
    expect((await file.read("b")).data).toEqual(Float32Array.of(7, 8));
  });

  it("reads zip files with 64-bit places, and with a comment", async () => {
    for (const options of [{ isZip64: true }, { comment: "PK\u0005\u0006 is here" }]) {
      const file = await openZip(stateDict({ a: tensor(matrix) }), options);
      expect((await file.read("a")).data).toEqual(SIX);
    }
  });

  it("refuses tensors of integers and doubles by name, and only when they are read", async () => {
    const steps = tensor({ storage: storage("0", 3, "LongStorage"), shape: [3], strides: [1] });
    const file = await openZip(stateDict({ steps }));
    await expect(file.read("steps")).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
      extensions: { tensor: "steps", dtype: "I64" },
    });
  });

  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "not a file of torch.save"],
    ["text", Buffer.from("not a checkpoint"), "not a file of torch.save"],
    [
      "a zip of something else",
      zip([["word/document.xml", new Uint8Array(3)]]),
      "not one of torch.save",
    ],
    [
      "two pickles",
      zip([
        ["a/data.pkl", stateDict({})],
        ["b/data.pkl", stateDict({})],
      ]),
      "not one of torch.save",
    ],
    [
      "two members of one name",
      zip([
        ["data.pkl", stateDict({})],
        ["data.pkl", stateDict({})],
      ]),
      "two members",
    ],
    ["a tensor alone", torchZip(pickle(tensor(matrix))), "does not hold a dict"],
    ["any other pickle", pickle(text("hello")), "not one of torch.save"],
    ["a zip cut short", torchZip(stateDict({})).subarray(0, -30), "ends before its directory"],
  ])("refuses %s", async (_, bytes, sentence) => {
    await expect(open(bytes)).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringContaining(sentence),
    });
  });

  it.each([
    ["compressed", { method: 8 }],
    ["encrypted", { flags: 1 }],
  ])("refuses a %s zip, which torch never writes", async (_, options) => {
    await expect(openZip(stateDict({}), options)).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
    });
  });

  it("refuses a file of a big-endian machine", async () => {
    const file = zip([
      ["archive/data.pkl", stateDict({})],
      ["archive/byteorder", Buffer.from("big")],
    ]);
    await expect(open(file)).rejects.toMatchObject({ slug: "checkpoint-unsupported" });
  });

  it.each([
    ["is missing", {}],
    ["is too short", { "0": bytesOf(SIX).subarray(1) }],
    ["is too long", { "0": new Uint8Array(25) }],
  ])("refuses a tensor whose storage %s", async (_, storages) => {
    const file = await open(torchZip(stateDict({ a: tensor(matrix) }), storages));
    await expect(file.read("a")).rejects.toMatchObject({ slug: "checkpoint-invalid" });
  });
});
