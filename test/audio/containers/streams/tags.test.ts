import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../src/audio/bytes/source.ts";
import { skipTags } from "../../../../src/audio/containers/streams/tags.ts";
import { text } from "../../../../support/clips/bytes.ts";
import { apeTag, id3Tag } from "../../../../support/clips/make-tags.ts";
import { concatenate } from "../../../../support/clips/make-wav.ts";
import { RAMP, RAMP_WAV } from "../../../../support/clips/ramp-wav.ts";
import { decodeAll, inPieces, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";

describe("tags are passed over", () => {
  test.each([
    ["none", [], false],
    ["one of 257 bytes", [id3Tag(257)], true],
    ["a cover of 300 kB", [id3Tag(300_000)], true],
    ["one with a footer", [id3Tag(20, 0x10)], true],
    ["two", [id3Tag(5), id3Tag(200)], true],
    ["an APE tag", [apeTag(300)], true],
    ["both", [id3Tag(5), apeTag(70_000), id3Tag(5)], true],
  ])("%s", async (_, tags, found) => {
    const source = byteSource(inPieces(concatenate([...tags, Uint8Array.of(7, 8)]), [1_000]));
    const rest = await skipTags(source);
    expect(rest !== source).toBe(found);
    expect(rest.position).toBe(0);
    expect(await rest.read(9)).toEqual(Uint8Array.of(7, 8));
  });
});

test("text is no tag, even if it begins with the name of one", async () => {
  for (const words of ["ID3 tags are text at the front of a file.", "TAG: whatever"]) {
    const refusal = await refusalOfDecoding(text(words.repeat(30)));
    expect(refusal.message).toContain("a text file");
  }
});

test("what comes after a tag is told by its own bytes", async () => {
  const { channels } = await decodeAll(concatenate([id3Tag(1_000), RAMP_WAV]));
  expect(channels).toEqual([RAMP]);
});

test.each([3, 9, 100, 267])("a file cut after %d bytes of its tag is cut short", async (length) => {
  expect((await refusalOfDecoding(id3Tag(257).subarray(0, length))).slug).toBe("clip-truncated");
});

test("an endless run of tags is refused after a number of them", async () => {
  const { slug, message } = await refusalOfDecoding(concatenate(Array(10_000).fill(id3Tag(0))));
  expect(slug).toBe("clip-damaged");
  expect(message).toContain("more than 64 ID3 or APE tags");
  expect(message).toContain("write it again without them");
  const { channels } = await decodeAll(concatenate([...Array(64).fill(id3Tag(1)), RAMP_WAV]));
  expect(channels).toEqual([RAMP]);
});
