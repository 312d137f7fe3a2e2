import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import { unpickle } from "../../../../src/model/checkpoint/pickle/unpickle.ts";
import { TORCH_CLASSES } from "../../../../src/model/checkpoint/torch/classes.ts";
import { openTorchFile } from "../../../../src/model/checkpoint/torch/file.ts";
import { parseStorageId } from "../../../../src/model/checkpoint/torch/storage-id.ts";
import { write } from "../../../support/checkpoints/torch-archives.ts";
import { variantBytes } from "../../../support/checkpoints/variants.ts";

const NAMED = ["checkpoint-invalid", "checkpoint-unsafe", "checkpoint-unsupported"];
const MEGABYTE = 2 ** 20;

/** Opens a file and reads all of its tensors, or is refused by name. */
async function readsOrRefuses(bytes: Uint8Array): Promise<"read" | "refused"> {
  try {
    const { root, tensorsOf } = await openTorchFile(await write(bytes));
    const tensors = tensorsOf(root);
    for (const name of tensors.shapes.keys()) await tensors.read(name);
    return "read";
  } catch (error) {
    expect(error).toBeInstanceOf(UndertoneError);
    expect(NAMED).toContain((error as UndertoneError).slug);
    return "refused";
  }
}

function flipped(bytes: Uint8Array, bits: readonly number[]): Uint8Array {
  const damaged = bytes.slice();
  for (const bit of bits) damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return damaged;
}

describe.each(["f16.bin", "legacy_not_zip.bin"] as const)("%s", async (name) => {
  const bytes = await variantBytes(name);
  const places = fc.array(fc.nat(bytes.length * 8 - 1), { minLength: 1, maxLength: 4 });
  // Structure is at both ends: the pickle first, and the directory of a zip file last.
  const structure = fc.oneof(
    fc.nat(9200 * 8),
    fc.nat(6000 * 8).map((bit) => bytes.length * 8 - 1 - bit),
  );

  it("is refused by name when it is cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        expect(await readsOrRefuses(bytes.subarray(0, length))).toBe("refused");
      }),
      { numRuns: 60 },
    );
  });

  it("is read or refused by name when bits flip", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(places, fc.array(structure, { maxLength: 3 })), async (bits) => {
        await readsOrRefuses(flipped(bytes, bits));
      }),
      { numRuns: 150 },
    );
  });
});

describe("random bytes", () => {
  const options = { classes: TORCH_CLASSES, loadPersistent: parseStorageId };

  it("are no pickle, or harmless", () => {
    const before = process.memoryUsage().rss;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          expect(unpickle(bytes, 0, options).end).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(NAMED).toContain((error as UndertoneError).slug);
        }
      }),
      { numRuns: 3000 },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MEGABYTE);
  });

  it("are no pickle, or harmless, when they are opcodes that tensors use", () => {
    const opcode = fc.constantFrom(
      ...[..."N(0)t]ae}sudqhQRbK2\u0085\u0086\u0087\u0088\u0094."].map((c) => c.charCodeAt(0)),
    );
    fc.assert(
      fc.property(fc.array(opcode, { maxLength: 60 }), (codes) => {
        try {
          unpickle(Uint8Array.from(codes), 0, options);
        } catch (error) {
          expect(NAMED).toContain((error as UndertoneError).slug);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("after the beginning of a zip file are no checkpoint", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const file = Uint8Array.from([0x50, 0x4b, 3, 4, ...bytes]);
        expect(await readsOrRefuses(file)).toBe("refused");
      }),
      { numRuns: 60 },
    );
  });
});
