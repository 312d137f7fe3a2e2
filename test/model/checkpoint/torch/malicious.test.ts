import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTorchFile } from "../../../../src/model/checkpoint/torch/file.ts";
import { temporaryDirectory } from "../../../support/checkpoints/files.ts";
import {
  call,
  dict,
  global,
  int,
  join,
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
} from "../../../support/checkpoints/torch-archives.ts";

const MEGABYTE = 2 ** 20;

/** How it ends: the error it is refused with when it is opened, or when its tensor `a` is read. */
async function endOf(file: Uint8Array): Promise<unknown> {
  try {
    const { root, tensorsOf } = await openTorchFile(await write(file));
    await tensorsOf(root).read("a");
  } catch (error) {
    return error;
  }
  return "read";
}

describe("a pickle that would run something", () => {
  const command = (marker: string) => text(`touch ${marker}`);
  const attacks: [string, string, (marker: string) => Uint8Array][] = [
    ["os.system", "os.system", (marker) => call(global("os", "system"), command(marker))],
    ["posix.system", "posix.system", (marker) => call(global("posix", "system"), command(marker))],
    [
      "builtins.eval",
      "builtins.eval",
      (marker) => call(global("builtins", "eval"), text(`open('${marker}', 'w')`)),
    ],
    [
      "a class named on the stack",
      "builtins.exec",
      (marker) =>
        join(text("builtins"), text("exec"), [0x93], tuple(text(`open('${marker}', 'w')`)), "R"),
    ],
    [
      "an attribute of something allowed",
      "collections.OrderedDict.__init__",
      () => global("collections", "OrderedDict.__init__"),
    ],
    [
      "a submodule of torch",
      "torch.hub.load",
      () => call(global("torch.hub", "load"), text("evil")),
    ],
    ["what torch itself would allow", "torch.Tensor", () => global("torch", "Tensor")],
  ];

  it.each(attacks)("%s is refused by name, and nothing is run", async (_, name, attack) => {
    const marker = `${await temporaryDirectory()}/ran`;
    for (const root of [pickle(attack(marker)), stateDict({ weights: attack(marker) })]) {
      for (const file of [torchZip(root), legacyFile(root, {})]) {
        expect(await endOf(file)).toMatchObject({
          slug: "checkpoint-unsafe",
          message: expect.stringContaining(`asks for ${name},`),
          extensions: { class: name },
        });
      }
    }
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    ["INST", 0x69, join("(", text("id"), "ios\nsystem\n")],
    ["OBJ", 0x6f, join("(", global("collections", "OrderedDict"), "o")],
    ["NEWOBJ", 0x81, join(global("collections", "OrderedDict"), ")", [0x81])],
    ["NEWOBJ_EX", 0x92, join(global("collections", "OrderedDict"), ")}", [0x92])],
    ["EXT1", 0x82, join([0x82, 1])],
    ["PERSID", 0x50, join("Pstorage\n")],
    ["INT, which can be a long text", 0x49, join("I1\n")],
    ["NEXT_BUFFER", 0x97, join([0x97])],
  ])("opcode %s is refused by its number", async (_, code, part) => {
    const opcode = `0x${code.toString(16)}`;
    expect(await endOf(torchZip(pickle(part)))).toMatchObject({
      slug: "checkpoint-unsafe",
      extensions: { opcode },
    });
  });

  it("state is never set on anything but a dict, whose state is dropped", async () => {
    const state = dict({ __class__: text("evil") });
    const harmless = torchZip(pickle(join(orderedDict, state, "b")));
    expect((await openTorchFile(await write(harmless))).root.entries.size).toBe(0);
    const target = tensor({ storage: storage("0", 1), shape: [1], strides: [1] });
    expect(await endOf(torchZip(pickle(join(target, state, "b"))))).toMatchObject({
      slug: "checkpoint-invalid",
    });
  });

  it("a storage cannot be called, nor anything be called by something that is not a tuple", async () => {
    const attempts = [
      call(global("torch", "FloatStorage"), int(10)),
      join(global("collections", "OrderedDict"), none, "R"),
      join(text("eval"), ")", "R"),
    ];
    for (const attempt of attempts) {
      expect(await endOf(torchZip(pickle(attempt)))).toMatchObject({ slug: "checkpoint-invalid" });
    }
  });
});

describe("a pickle that would take all memory", () => {
  const huge = 2n ** 52n;
  const vector = (
    shape: (number | bigint)[],
    strides: (number | bigint)[],
    elements: number | bigint,
    offset: number | bigint = 0,
  ) => stateDict({ a: tensor({ storage: storage("0", elements), shape, strides, offset }) });
  const four = { "0": new Uint8Array(16) };
  const u32 = (value: number) => [
    value & 255,
    (value >> 8) & 255,
    (value >> 16) & 255,
    value >>> 24,
  ];
  const repeated = (part: Uint8Array, count: number) => Buffer.alloc(part.length * count, part);

  it.each<[string, Uint8Array]>([
    ["a storage of petabytes", torchZip(vector([4], [1], huge), four)],
    ["a shape beyond its storage", torchZip(vector([1e9, 1e9], [1e9, 1], 4), four)],
    [
      "a shape that overflows to a small number",
      torchZip(vector([2n ** 32n, 2n ** 32n], [1, 1], 4), four),
    ],
    ["four bytes that a stride of 0 repeats", torchZip(vector([1e12], [0], 4), four)],
    ["an offset outside of the storage", torchZip(vector([4], [1], 4, 1), four)],
    ["an offset far outside of it", torchZip(vector([1], [1], 4, 10n ** 12n), four)],
    ["a negative offset", torchZip(vector([4], [1], 4, -1), four)],
    ["a negative stride", torchZip(vector([4], [-1], 4, 3), four)],
    [
      "more dimensions than any tensor has",
      torchZip(vector(Array(9).fill(1), Array(9).fill(1), 4), four),
    ],
    ["a text longer than the file", torchZip(pickle(join("X", u32(0xffffffff), "short")))],
    ["a text of 2^60 bytes", torchZip(pickle(join([0x8d, 0, 0, 0, 0, 0, 0, 0, 0x10], "short")))],
    ["an integer of 4 GB", torchZip(pickle(join([0x8b], u32(0x7fffffff))))],
    ["an integer of a kilobyte", torchZip(pickle(join([0x8b], u32(1024), new Uint8Array(1024))))],
    ["a legacy file with a storage beyond its end", legacyFile(vector([4], [1], huge), {})],
  ])("%s is refused", async (_, file) => {
    expect(await endOf(file)).toMatchObject({ slug: "checkpoint-invalid" });
  });

  it.each<[string, Uint8Array]>([
    ["a bomb of nested tuples", torchZip(pickle(join(")", repeated(join([0x85]), 10 * MEGABYTE))))],
    [
      "lists nested through the memo",
      torchZip(pickle(join("]q", [0], repeated(join("]h", [0], "aq", [0]), 100)))),
    ],
    ["tuples that double 100 times", torchZip(pickle(join(")", repeated(join("2", [0x86]), 100))))],
    ["millions of opcodes", torchZip(pickle(repeated(join("N0"), 5 * MEGABYTE)))],
    [
      "millions of memo entries",
      torchZip(pickle(join("N", repeated(join([0x94]), 10 * MEGABYTE)))),
    ],
    [
      "a pickle of more than 16 MB",
      torchZip(pickle(join("B", u32(17 * MEGABYTE), new Uint8Array(17 * MEGABYTE)))),
    ],
  ])("%s is refused within 128 MB", async (_, file) => {
    const before = process.memoryUsage().rss;
    expect(await endOf(file)).toMatchObject({ slug: "checkpoint-unsafe" });
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MEGABYTE);
  });

  it("a list that holds itself is read and does no harm", async () => {
    const cycle = join("]q", [0], "h", [0], "a");
    const file = torchZip(pickle(dict({ cycle })));
    expect((await openTorchFile(await write(file))).root.entries.size).toBe(1);
  });
});

describe("a pickle that is none", () => {
  it.each<[string, Uint8Array]>([
    ["ends too early", join([0x80, 2], "}")],
    ["is of protocol 6", join([0x80, 6], "N.")],
    ["takes from an empty stack", pickle(join("0"))],
    ["takes from below a mark", pickle(join("N(0"))],
    ["goes back to no mark", pickle(join("Nt"))],
    ["reads a memo entry that was not stored", pickle(join("h", [7]))],
    ["sets a key without a value", pickle(join("}(", text("a"), "u"))],
    ["appends to a tuple", pickle(join(")Na"))],
    ["names a class in no end of letters", pickle(join("c", "x".repeat(2000)))],
    ["has text that is not UTF-8", pickle(join("X", [1, 0, 0, 0, 0xff]))],
    ["refers to something that is not a storage", pickle(join(text("evil"), "Q"))],
  ])("%s", async (_, root) => {
    expect(await endOf(torchZip(root))).toMatchObject({ slug: "checkpoint-invalid" });
  });
});
