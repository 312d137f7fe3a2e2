import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../src/audio/bytes/source.ts";
import {
  floatOf,
  readElementHeader,
  readVariableInt,
  signedOf,
  textOf,
  unsignedOf,
  walkElements,
} from "../../../../src/audio/containers/matroska/ebml.ts";
import { float64, joined, text, unsigned } from "../../../../support/clips/bytes.ts";
import { element, elementOfSize } from "../../../../support/clips/make-matroska.ts";

describe("numbers of variable length (RFC 8794, section 4)", () => {
  test.each([
    [[0x82], 2, 1],
    [[0x40, 0x02], 2, 2],
    [[0x20, 0x00, 0x02], 2, 3],
    [[0x10, 0x00, 0x00, 0x02], 2, 4],
    [[0x01, 0, 0, 0, 0, 0, 0x01, 0x00], 256, 8],
    [[0xff], null, 1],
    [[0x7f, 0xff], null, 2],
    [[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], null, 8],
  ])("%o is %o, in %i bytes", (bytes, value, length) => {
    expect(readVariableInt(Uint8Array.from(bytes), 0)).toEqual({ value, bytes: length });
  });

  test("there is none where the bytes end too early or begin with a zero", () => {
    expect(readVariableInt(Uint8Array.of(0x40), 0)).toBeNull();
    expect(readVariableInt(Uint8Array.of(0, 1), 0)).toBeNull();
    expect(readVariableInt(new Uint8Array(), 0)).toBeNull();
  });
});

describe("values of elements", () => {
  test("integers are big-endian, of as many bytes as there are", () => {
    expect(unsignedOf(Uint8Array.of())).toBe(0);
    expect(unsignedOf(Uint8Array.of(1, 2))).toBe(258);
    expect(signedOf(Uint8Array.of(0xff, 0xfe))).toBe(-2);
    expect(signedOf(Uint8Array.of(0x7f))).toBe(127);
    expect(signedOf(unsigned(-250_000, 8))).toBe(-250_000);
  });

  test("floats have four or eight bytes", () => {
    expect(floatOf(Uint8Array.of(0x3f, 0xc0, 0, 0))).toBe(1.5);
    expect(floatOf(float64(44_100))).toBe(44_100);
    expect(floatOf(Uint8Array.of(1, 2, 3))).toBe(0);
  });

  test("text ends at its first zero", () => {
    expect(textOf(text("webm"))).toBe("webm");
    expect(textOf(text("webm\0\0"))).toBe("webm");
  });
});

describe("elements", () => {
  const elements = fc.array(
    fc.record({ id: fc.constantFrom(0xa3, 0x4282, 0x1654ae6b), body: fc.uint8Array() }),
  );

  test("are walked as they were written", () => {
    fc.assert(
      fc.property(elements, (written) => {
        const parent = joined(...written.map(({ id, body }) => element(id, body)));
        expect([...walkElements(parent)]).toEqual(written);
      }),
    );
  });

  test("never reach beyond their parent", () => {
    const [child] = walkElements(elementOfSize(0xa3, 2 ** 50, Uint8Array.of(1, 2)));
    expect(child).toEqual({ id: 0xa3, body: Uint8Array.of(1, 2) });
  });

  test("any bytes are walked to an end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (parent) => {
        const bodies = [...walkElements(parent)].map(({ body }) => body.length);
        expect(bodies.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(parent.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test("any bytes begin with a header, an end, or are refused by name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 14 }), async (bytes) => {
        const source = byteSource([bytes]);
        const outcome = await readElementHeader(source).catch(({ slug }) => slug);
        if (outcome === null) expect(bytes).toHaveLength(0);
        else if (typeof outcome !== "string") expect(source.position).toBeGreaterThan(1);
        else expect(["clip-truncated", "clip-damaged"]).toContain(outcome);
      }),
      { numRuns: 1_000 },
    );
  });
});
