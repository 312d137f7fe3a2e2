import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/modules-node.ts";
import { decodeAdts } from "../../../src/audio/containers/adts.ts";
import { ADTS_HEADER_BYTES, adtsFrame, adtsFramesOf } from "../adts-frames.ts";
import { type BitWriter, bitWriter } from "../bit-writer.ts";
import { decodeAll, refusalOfDecoding } from "../decoding.ts";
import { readClip } from "../fixtures.ts";
import { joined, text } from "./bytes.ts";

const OPTIONS = { decoder: decodeAdts, codecs: nodeCodecs() };
const CLIP = readClip("adts/aac-16000-1.aac");

const decode = (bytes: Uint8Array) => decodeAll(bytes, OPTIONS);
const refusal = (bytes: Uint8Array) => refusalOfDecoding(bytes, OPTIONS);

describe("frames", () => {
  test("may be followed by an ID3v1 tag", async () => {
    const { channels, damaged } = await decode(joined(CLIP, text(`TAG${"\0".repeat(125)}`)));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect(damaged).toBe(false);
  });

  test("that end in other bytes are damaged there", async () => {
    const { channels, damaged } = await decode(joined(CLIP, new Uint8Array(200).fill(0x81)));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect(damaged).toBe(true);
  });

  test("of another format go on as what they are", async () => {
    const [mono, stereo] = [CLIP, readClip("adts/aac-44100-2.aac")];
    const { channels, further, damaged, noticed } = await decode(joined(mono, stereo));
    expect(channels).toEqual((await decode(mono)).channels);
    const { description, channels: expected } = await decode(stereo);
    expect(further).toEqual([{ description, channels: expected }]);
    expect(damaged).toBe(false);
    expect(noticed).toEqual([]);
  });

  test.each([
    ["several blocks to a frame", [[6, 1]], "unsupported-codec"],
    ["a channel layout of their own", [[3, 0x3f]], "unsupported-codec"],
    ["no rate", [[2, 0x74]], "clip-damaged"],
    [
      "no length",
      [
        [3, 0x40],
        [4, 0],
        [5, 0x1f],
      ],
      "clip-damaged",
    ],
  ] as const)("of %s are a named refusal", async (_, fields, slug) => {
    const frames = adtsFramesOf(CLIP).map((frame) => {
      const changed = frame.slice();
      for (const [at, value] of fields) {
        changed[at] = at === 3 && value === 0x3f ? (changed[at] as number) & value : value;
      }
      return changed;
    });
    expect((await refusal(joined(...frames))).slug).toBe(slug);
  });
});

test("bandwidth replication that only the frames tell of doubles the rate", async () => {
  const plain = await decode(CLIP);
  const frames = adtsFramesOf(CLIP).map((frame) =>
    adtsFrame(frame.subarray(0, ADTS_HEADER_BYTES), withSbr(frame.subarray(ADTS_HEADER_BYTES))),
  );
  const { description, channels } = await decode(joined(...frames));
  expect(plain.description.sampleRateHz).toBe(16_000);
  expect(description.sampleRateHz).toBe(32_000);
  expect(channels[0]?.length).toBe(2 * (plain.channels[0]?.length ?? 0));
});

const END = 7;
const FILL = 6;
const SBR_DATA = 13;
const FILL_BYTES = 24;

/** A block with a fill element of SBR data before its end (ISO/IEC 14496-3 §4.4.2.8): a header, one flat envelope, no noise. */
function withSbr(block: Uint8Array): Uint8Array {
  const bits = [...block].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const data = bits.slice(0, bits.lastIndexOf("1") - 2);
  const writer = bitWriter();
  for (const bit of data) writer.put(Number(bit), 1);
  writer
    .put(FILL, 3)
    .put(15, 4)
    .put(FILL_BYTES - 14, 8);
  return putSbr(writer).put(END, 3).align().bytes();
}

function putSbr(writer: BitWriter): BitWriter {
  writer.put(SBR_DATA, 4).put(1, 1);
  writer.put(1, 1).put(5, 4).put(9, 4).put(0, 3).put(0, 2).put(0, 2);
  writer.put(0, 1).put(0, 4).put(1, 1).put(0, 2).put(0, 4).put(30, 7);
  const writtenBits = 4 + 1 + 16 + 1 + 4 + 1 + 2 + 4 + 7;
  return writer.put(0, FILL_BYTES * 8 - writtenBits);
}
