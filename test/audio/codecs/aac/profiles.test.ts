import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ADTS_HEADER_BYTES, adtsFramesOf } from "../../../../support/clips/adts-frames.ts";
import { snrDb } from "../../../../support/clips/agreement.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { fullBox, makeMp4, soundEntry, words } from "../../../../support/clips/make-mp4.ts";
import { decodeAll } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { needsPrograms, outputOf } from "../../../../support/programs.ts";

const MIN_SNR_DB = 75;
const folder = mkdtempSync(join(tmpdir(), "undertone-profiles-"));
beforeEach((context) => needsPrograms(context, "ffmpeg"));
afterAll(() => rmSync(folder, { recursive: true }));

const FFMPEG = ["-v", "error", "-nostdin", "-y"];
const SPOKEN = join(import.meta.dirname, "../../../fixtures/clips/spoken-16000.wav");

async function expectAgreement(file: string): Promise<void> {
  const { channels, damaged } = await decodeAll(new Uint8Array(readFileSync(file)));
  expect(damaged).toBe(false);
  const floats = outputOf("ffmpeg", [...FFMPEG, "-i", file, "-f", "f32le", "-"]);
  const expected = new Float32Array(floats.slice().buffer);
  for (const [index, samples] of channels.entries()) {
    const channel = expected
      .filter((_, at) => at % channels.length === index)
      .subarray(0, samples.length);
    expect(snrDb(samples, channel), `channel ${index}`).toBeGreaterThanOrEqual(MIN_SNR_DB);
  }
}

describe("what ffmpeg encodes has its samples", () => {
  test.each([
    ["Main, with prediction", ["-profile:a", "aac_main", "-aac_pred", "1", "-b:a", "48k"]],
    ["LTP, of one channel", ["-profile:a", "aac_ltp", "-aac_ltp", "1", "-b:a", "32k"]],
    ["LC with noise", ["-b:a", "12k"]],
    ["LC at a high rate", ["-ar", "96000", "-b:a", "96k"]],
    ["LC at a low rate", ["-ar", "8000", "-b:a", "16k"]],
    ["intensity and middle and side", ["-ac", "2", "-b:a", "24k", "-aac_is", "1", "-aac_pns", "0"]],
  ])("%s", async (name, options) => {
    const file = join(folder, `${name}.m4a`);
    outputOf("ffmpeg", [...FFMPEG, "-i", SPOKEN, "-c:a", "aac", "-strict", "-2", ...options, file]);
    await expectAgreement(file);
  });
});

/** An MP4 file of a clip's frames with other set-up data than they came with. */
function relabelled(clip: string, setUp: readonly number[]): string {
  const packets = adtsFramesOf(readClip(clip)).map((frame) => frame.subarray(ADTS_HEADER_BYTES));
  const decoder = [
    0x04,
    15 + setUp.length,
    0x40,
    ...new Array(12).fill(0),
    0x05,
    setUp.length,
    ...setUp,
  ];
  const esds = fullBox("esds", 0, [0x03, 3 + decoder.length, 0, 1, 0, ...decoder]);
  const entry = soundEntry({ format: "mp4a", channels: 2, sampleRateHz: 44_100, boxes: [esds] });
  const sizes = packets.map(({ length }) => length);
  const stsz = fullBox("stsz", 0, words(0, packets.length, ...sizes));
  const file = join(folder, `${clip.replaceAll("/", "-")}-${setUp.join("-")}.m4a`);
  const content = { entry, stsz, samples: packets.length, sampleTicks: 1_024, timescale: 44_100 };
  writeFileSync(file, makeMp4(joined(...packets), content));
  return file;
}

describe("frames under other set-up data have ffmpeg's samples", () => {
  test("as frames of 960 samples", async () => {
    // LC, 44.1 kHz, two channels, frameLengthFlag.
    const file = relabelled("adts/aac-44100-2.aac", [0x12, 0x14]);
    const { channels } = await decodeAll(new Uint8Array(readFileSync(file)));
    expect(channels[0]?.length).toBe(49 * 960);
    await expectAgreement(file);
  });

  test("with a replicated band at the core's rate", async () => {
    // Object type 5 at 22.05 kHz whose extension is at 22.05 kHz too.
    const file = relabelled("adts/he-44100-2.aac", [0x2b, 0x93, 0x88, 0x00]);
    const { description } = await decodeAll(new Uint8Array(readFileSync(file)));
    expect(description.sampleRateHz).toBe(22_050);
    await expectAgreement(file);
  });

  test("without the band that they carry, if the set-up data say that there is none", async () => {
    const file = relabelled("adts/he-44100-2.aac", [0x13, 0x90, 0x56, 0xe5, 0x00]);
    const { description } = await decodeAll(new Uint8Array(readFileSync(file)));
    expect(description.sampleRateHz).toBe(22_050);
    await expectAgreement(file);
  });

  test("with stereo that the set-up data tell of and frames lack: both channels are the same", async () => {
    // Object type 29, 22.05 and 44.1 kHz, one channel.
    const file = relabelled("adts/he-44100-1.aac", [0xeb, 0x8a, 0x08, 0x00]);
    const { channels } = await decodeAll(new Uint8Array(readFileSync(file)));
    expect(channels).toHaveLength(2);
    expect(channels[0]).toEqual(channels[1]);
    await expectAgreement(file);
  });
});
