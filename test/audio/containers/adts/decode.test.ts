import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeAdts } from "../../../../src/audio/containers/adts/decode.ts";
import {
  ADTS_HEADER_BYTES,
  adtsFrame,
  adtsFramesOf,
} from "../../../../support/clips/adts-frames.ts";
import { type BitWriter, bitWriter } from "../../../../support/clips/bit-writer.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { FOLLOWING, hlsTag, id3Tag } from "../../../../support/clips/make-tags.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

const BLOCK_SAMPLES = 1_024;
const OPTIONS = { decoder: decodeAdts, codecs: nodeCodecs() };
const CLIP = readClip("adts/aac-16000-1.aac");

const FRAMES = adtsFramesOf(CLIP);

const decode = (bytes: Uint8Array) => decodeAll(bytes, OPTIONS);
const refusal = (bytes: Uint8Array) => refusalOfDecoding(bytes, OPTIONS);

describe("frames", () => {
  test.each(FOLLOWING)("may be followed by %s", async (_, following) => {
    const { channels, damaged, noticed } = await decodeAll(joined(CLIP, following));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });

  test.each([
    ["with checksums", (frame: Uint8Array) => withCrc(frame)],
    ["of MPEG-2", (frame: Uint8Array) => frame.with(1, (frame[1] as number) | 8)],
    ["in segments of HLS, each behind a tag", (frame: Uint8Array) => joined(hlsTag(), frame)],
    ["each behind a cover picture", (frame: Uint8Array) => joined(id3Tag(70_000), frame)],
    [
      "with zeros between some",
      (frame: Uint8Array, at: number) => joined(frame, new Uint8Array(at % 6 === 5 ? 50 : 0)),
    ],
  ])("%s have the same samples", async (_, change) => {
    const { channels, damaged, noticed } = await decodeAll(joined(...FRAMES.map(change)));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });

  test("that others do not follow are passed over", async () => {
    const broken = FRAMES.toSpliced(8, 0, new Uint8Array(900).fill(0x81));
    const { channels, damaged, noticed } = await decode(joined(...broken));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["part-skipped"] });
  });

  test("whose length is wrong cost no more than themselves and what overlaps them", async () => {
    const whole = (await decode(CLIP)).channels[0] as Float32Array;
    for (const [at, value] of [
      [3, 0x43],
      [4, 0x02],
      [4, 0xff],
    ] as const) {
      const broken = FRAMES.map((frame, index) => (index === 8 ? frame.with(at, value) : frame));
      const { channels, damaged, noticed } = await decode(joined(...broken));
      const samples = channels[0] as Float32Array;
      expect(samples.length).toBeGreaterThanOrEqual(whole.length - BLOCK_SAMPLES);
      expect(samples.slice(-7 * BLOCK_SAMPLES)).toEqual(whole.slice(-7 * BLOCK_SAMPLES));
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["part-skipped"] });
    }
  });

  test("that begin in the middle of one begin with the next, wherever it was cut", async () => {
    const whole = (await decode(CLIP)).channels[0] as Float32Array;
    const [first] = FRAMES as [Uint8Array];
    for (const start of [1, 2, 6, 7, 8, 50, first.length - 1]) {
      const { channels, damaged, noticed, description } = await decodeAll(CLIP.slice(start));
      expect(description.container).toBe("adts");
      // The first frame's samples lack what would overlap them.
      expect(channels[0]?.length).toBe(whole.length - BLOCK_SAMPLES);
      expect(channels[0]?.subarray(BLOCK_SAMPLES)).toEqual(whole.subarray(2 * BLOCK_SAMPLES));
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
    }
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

/** The frame with two bytes of a checksum behind its header, which decoders may ignore. */
function withCrc(frame: Uint8Array): Uint8Array {
  const header = joined(frame.subarray(0, ADTS_HEADER_BYTES), [0x12, 0x34]);
  header[1] = (header[1] as number) & 0xfe;
  return adtsFrame(header, frame.subarray(ADTS_HEADER_BYTES));
}
