import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/modules-node.ts";
import { decodeAmr } from "../../../src/audio/containers/amr.ts";
import { decodeAll, refusalOfDecoding } from "../decoding.ts";
import { readClip } from "../fixtures.ts";
import { joined, text } from "./bytes.ts";

const OPTIONS = { decoder: decodeAmr, codecs: nodeCodecs() };
const CLIP = readClip("amr/amr-nb-12k2.amr");
const FRAME_SAMPLES = 160;
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

  test.each([
    ["of a type that there is not", 0x4c],
    ["with padding bits set", 0x3d],
  ])("%s end the clip", async (_, header) => {
    const { channels, damaged } = await decode(joined(CLIP, [header], new Uint8Array(40)));
    expect(channels).toEqual((await decode(CLIP)).channels);
    expect(damaged).toBe(true);
  });
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
