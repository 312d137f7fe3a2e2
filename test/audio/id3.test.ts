import { describe, expect, test } from "vitest";
import { byteSource } from "../../src/audio/byte-source.ts";
import { skipId3Tags } from "../../src/audio/id3.ts";
import { decodeAll, inPieces, refusalOfDecoding } from "./decoding.ts";
import { concatenate } from "./make-wav.ts";
import { RAMP, RAMP_WAV } from "./ramp-wav.ts";

/** A tag of so many bytes after its header; id3.org's example: 257 is 0x0000_0201. */
function tag(bodyBytes: number, flags = 0): Uint8Array {
  const size = [21, 14, 7, 0].map((shift) => (bodyBytes >> shift) & 0x7f);
  const footer = flags & 0x10 ? 10 : 0;
  const body = new Uint8Array(bodyBytes + footer).fill(0xff);
  return concatenate([Uint8Array.of(0x49, 0x44, 0x33, 4, 0, flags, ...size), body]);
}

describe("tags are passed over", () => {
  test.each([
    ["none", [], false],
    ["one of 257 bytes", [tag(257)], true],
    ["a cover of 300 kB", [tag(300_000)], true],
    ["one with a footer", [tag(20, 0x10)], true],
    ["two", [tag(5), tag(200)], true],
  ])("%s", async (_, tags, found) => {
    const source = byteSource(inPieces(concatenate([...tags, Uint8Array.of(7, 8)]), [1_000]));
    const rest = await skipId3Tags(source);
    expect(rest !== source).toBe(found);
    expect(rest.position).toBe(0);
    expect(await rest.read(9)).toEqual(Uint8Array.of(7, 8));
  });
});

test("what comes after a tag is told by its own bytes", async () => {
  const { channels } = await decodeAll(concatenate([tag(1_000), RAMP_WAV]));
  expect(channels).toEqual([RAMP]);
});

test.each([3, 9, 100, 267])("a file cut after %d bytes of its tag is cut short", async (length) => {
  expect((await refusalOfDecoding(tag(257).subarray(0, length))).slug).toBe("clip-truncated");
});

test("an endless run of tags is refused after a number of them", async () => {
  const { slug, message } = await refusalOfDecoding(concatenate(Array(10_000).fill(tag(0))));
  expect(slug).toBe("clip-damaged");
  expect(message).toContain("more than 64 ID3 tags");
  expect(message).toContain("write it again without them");
  const { channels } = await decodeAll(concatenate([...Array(64).fill(tag(1)), RAMP_WAV]));
  expect(channels).toEqual([RAMP]);
});
