import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import {
  parseHeader,
  parseHeaderLength,
  type TensorEntry,
} from "../../../../src/model/checkpoint/safetensors/header.ts";
import { fixture } from "../../../support/checkpoints/files.ts";

const real = new Uint8Array(await readFile(fixture("golden/tiny-group/model.safetensors")));

function parse(file: Uint8Array): Map<string, TensorEntry> {
  const length = parseHeaderLength(file.subarray(0, 8), file.length);
  return parseHeader(file.subarray(8, 8 + length), file.length - 8 - length);
}

function parseText(header: string, dataBytes: number): Map<string, TensorEntry> {
  return parseHeader(new TextEncoder().encode(header), dataBytes);
}

function entry(dtype: string, shape: number[], start: number, end: number) {
  return { dtype, shape, data_offsets: [start, end] };
}

function prefix(length: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

const invalid = expect.objectContaining({ slug: "checkpoint-invalid" });

describe("parseHeader", () => {
  it("reads a file written by the format's own library", () => {
    expect(parse(real).get("encoder.layers.0.attention.gru_rel_pos_const")).toMatchObject({
      dtype: "F32",
      shape: [1, 4, 1, 1],
    });
  });

  it("takes tensors in any order, scalars, empty tensors, metadata and padding", () => {
    const header = {
      __metadata__: { format: "pt" },
      last: entry("I64", [], 6, 14),
      none: entry("F32", [3, 0], 6, 6),
      first: entry("BF16", [3], 0, 6),
    };
    const entries = parseText(`${JSON.stringify(header)}    `, 14);
    expect([...entries]).toEqual([
      ["last", { dtype: "I64", shape: [], start: 6, end: 14 }],
      ["none", { dtype: "F32", shape: [3, 0], start: 6, end: 6 }],
      ["first", { dtype: "BF16", shape: [3], start: 0, end: 6 }],
    ]);
  });

  it.each([
    ["a hole", { a: entry("U8", [2], 0, 2), b: entry("U8", [1], 3, 4) }, 4],
    ["an overlap", { a: entry("U8", [2], 0, 2), b: entry("U8", [2], 1, 3) }, 3],
    ["data nobody owns", { a: entry("U8", [2], 0, 2) }, 3],
    ["less data than tensors", { a: entry("U8", [2], 0, 2) }, 1],
    ["a start that is not 0", { a: entry("U8", [2], 1, 3) }, 3],
    ["an end before its start", { a: entry("U8", [0], 2, 0) }, 2],
    ["a shape that does not fit", { a: entry("F32", [2], 0, 4) }, 4],
    ["a shape beyond 2^53", { a: entry("F32", [2 ** 52, 2 ** 52], 0, 8) }, 8],
    ["a negative dimension", { a: entry("U8", [-1, -2], 0, 2) }, 2],
    ["a fractional dimension", { a: entry("U8", [0.5, 4], 0, 2) }, 2],
    ["an unknown dtype", { a: entry("F33", [1], 0, 4) }, 4],
    ["a missing field", { a: { dtype: "U8", shape: [1] } }, 1],
    ["an extra field", { a: { ...entry("U8", [1], 0, 1), strides: [1] } }, 1],
    ["metadata that is not text", { __metadata__: { format: 1 } }, 0],
    ["an entry that is no object", { a: 3 }, 0],
  ])("refuses %s", (_, header, dataBytes) => {
    expect(() => parseText(JSON.stringify(header), dataBytes)).toThrow(invalid);
  });

  it.each([["[]"], [" {}"], [""], ["{"], ["null"], ['{"a":}']])(
    "refuses the header %j",
    (header) => {
      expect(() => parseText(header, 0)).toThrow(invalid);
    },
  );

  it("refuses a name given twice, even for the same bytes and escaped", () => {
    const twice =
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    expect(() => parseText(twice, 1)).toThrow(/"a" twice/);
  });

  it("refuses a header that is not UTF-8", () => {
    const bytes = new TextEncoder().encode('{"a":{}}');
    bytes[2] = 0xff;
    expect(() => parseHeader(bytes, 0)).toThrow(invalid);
  });
});

describe("parseHeaderLength", () => {
  it("refuses a prefix cut short", () => {
    expect(() => parseHeaderLength(new Uint8Array(7), 7)).toThrow(invalid);
  });

  it("refuses, before anything is read, a header longer than the file or than 100 MB", () => {
    expect(() => parseHeaderLength(prefix(93n), 100)).toThrow(invalid);
    expect(() => parseHeaderLength(prefix(100_000_001n), 1e12)).toThrow(invalid);
    expect(() => parseHeaderLength(prefix(2n ** 64n - 1n), 1e12)).toThrow(invalid);
  });

  it("takes a header that fills the file", () => {
    expect(parseHeaderLength(prefix(92n), 100)).toBe(92);
  });
});

describe("a damaged file", () => {
  const headerBytes = 8 + parseHeaderLength(real.subarray(0, 8), real.length);

  function parsesOrRefuses(file: Uint8Array): Map<string, TensorEntry> | null {
    try {
      return parse(file);
    } catch (error) {
      expect(error).toBeInstanceOf(UndertoneError);
      expect(error).toMatchObject({ slug: "checkpoint-invalid" });
      return null;
    }
  }

  it("is refused when cut anywhere", () => {
    fc.assert(
      fc.property(fc.nat(real.length - 1), (length) => {
        expect(parsesOrRefuses(real.subarray(0, length))).toBeNull();
      }),
    );
  });

  it("is refused, or still covers its data exactly, when a bit of the header flips", () => {
    fc.assert(
      fc.property(fc.nat(headerBytes * 8 - 1), (bit) => {
        const file = real.slice();
        file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const entries = parsesOrRefuses(file);
        if (entries === null) return;
        const bytes = [...entries.values()].map(({ start, end }) => end - start);
        expect(bytes.reduce((sum, length) => sum + length, 0)).toBe(real.length - headerBytes);
      }),
      { numRuns: 300 },
    );
  });

  it("is refused whatever JSON its header holds", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(64), (json, dataBytes) => {
        try {
          parseText(json, dataBytes);
          expect(Object.keys(JSON.parse(json)).length === 0 && dataBytes === 0).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ slug: "checkpoint-invalid" });
        }
      }),
    );
  });
});
