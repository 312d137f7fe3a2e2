import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeAmr } from "../../../../src/audio/containers/amr/decode.ts";
import { joined, text } from "../../../../support/clips/bytes.ts";
import { fullBox, makeMp4, soundEntry, words } from "../../../../support/clips/make-mp4.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

const OPTIONS = { decoder: decodeAmr, codecs: nodeCodecs() };
const CLIP = readClip("amr/amr-nb-12k2.amr");
const FRAME_SAMPLES = 160;
/** Of 12.2 kbit/s. */
const FRAME_BYTES = 32;
const NO_DATA = 0x7c;
const COMFORT_NOISE = [0x44, 0, 0, 0, 0, 0];

const decode = (bytes: Uint8Array) => decodeAll(bytes, OPTIONS);
const refusal = (bytes: Uint8Array) => refusalOfDecoding(bytes, OPTIONS);

describe("frames", () => {
  test("that are missing or of comfort noise last as long as others", async () => {
    const frames = (await decode(CLIP)).channels[0]?.length as number;
    const { channels, damaged } = await decode(joined(CLIP, [NO_DATA, NO_DATA], COMFORT_NOISE));
    expect(channels[0]?.length).toBe(frames + 3 * FRAME_SAMPLES);
    expect(damaged).toBe(false);
  });

  test("that end in other bytes are damaged there", async () => {
    const { channels, damaged } = await decode(joined(CLIP, new Uint8Array(40).fill(0x81)));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect(damaged).toBe(true);
  });

  test.each([
    ["of a type that there is not", [0x4c]],
    ["with padding bits set", [0x3d]],
    ["that are none at all", new Uint8Array(300).fill(0x81)],
    ["that are cut", CLIP.subarray(6, 26)],
  ])("%s are passed over", async (_, broken) => {
    const half = 6 + 20 * FRAME_BYTES;
    const { channels, damaged, noticed } = await decode(
      joined(CLIP.subarray(0, half), broken, CLIP.subarray(half)),
    );
    const whole = (await decode(CLIP)).channels[0] as Float32Array;
    const samples = channels[0] as Float32Array;
    expect(Math.abs(samples.length - whole.length)).toBeLessThanOrEqual(FRAME_SAMPLES);
    expect(samples.subarray(0, 20 * FRAME_SAMPLES)).toEqual(whole.subarray(0, 20 * FRAME_SAMPLES));
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["part-skipped"] });
  });

  test.each([
    ["zeros", new Uint8Array(100)],
    ["a zero", [0]],
    ["a line feed", [0x0a]],
  ])("may be followed by %s", async (_, following) => {
    const { channels, damaged, noticed } = await decode(joined(CLIP, following));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });

  test("of files that were joined go on", async () => {
    const { channels, damaged, noticed } = await decode(joined(CLIP, CLIP));
    expect(channels[0]).toHaveLength(2 * ((await decode(CLIP)).channels[0]?.length as number));
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });
});

test("samples of MP4 may hold ten frames each, and the last one fewer", async () => {
  const magicBytes = 6;
  const frames = CLIP.subarray(magicBytes);
  const sizes = Array.from({ length: Math.ceil(frames.length / (10 * FRAME_BYTES)) }, (_, at) =>
    Math.min(10 * FRAME_BYTES, frames.length - at * 10 * FRAME_BYTES),
  );
  const file = makeMp4(frames, {
    entry: soundEntry({ format: "samr" }),
    samples: sizes.length,
    stsz: fullBox("stsz", 0, words(0, sizes.length, ...sizes)),
  });
  const { channels, damaged, noticed } = await decodeAll(file);
  expect(channels).toEqual((await decode(CLIP)).channels);
  expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
});

describe("what is not narrow band with one channel", () => {
  test.each([
    ["wide band", readClip("refused/amr-wb.awb"), "unsupported-codec", "AMR wide band (AMR-WB)"],
    [
      "several channels",
      joined(text("#!AMR_MC1.0\n"), CLIP),
      "unsupported-codec",
      "AMR of several channels",
    ],
    ["a header alone", text("#!AMR\n"), "clip-truncated", "before its first frame"],
    ["a part of one", text("#!AM"), "clip-truncated", "before its first frame"],
    ["none", text("#!SILK_V3"), "clip-damaged", "no AMR header"],
  ])("is refused: %s", async (_, bytes, slug, words) => {
    const refused = await refusal(bytes);
    expect(refused.slug).toBe(slug);
    expect(refused.message).toContain(words);
  });
});
