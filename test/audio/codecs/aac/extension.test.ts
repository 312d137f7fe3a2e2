import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { snrDb } from "../../../../support/clips/agreement.ts";
import { decodeAll } from "../../../../support/decoding/decode-all.ts";
import { needsPrograms, outputOf } from "../../../../support/programs.ts";
import { extendedFrames } from "../../../support/aac/extended-frames.ts";
import { sbrWriter } from "../../../support/aac/make-sbr.ts";
import { stereoWriter } from "../../../support/aac/make-stereo.ts";
import { randomBits } from "../../../support/aac/random-bits.ts";

/** No encoder of HE-AAC is at hand, so its syntax is written at random, upon plain AAC, and compared with what ffmpeg makes of it. */

const MIN_SNR_DB = 75;
const folder = mkdtempSync(join(tmpdir(), "undertone-sbr-"));
beforeEach((context) => needsPrograms(context, "ffmpeg"));
afterAll(() => rmSync(folder, { recursive: true }));

const NOISY = ["-f", "lavfi", "-i", "anoisesrc=d=1:c=pink:r=48000:a=0.4:seed=1"];

/** AAC of noise in the whole spectrum: of silent subbands decoders amplify their own rounding errors. */
function plainAac(coreRateHz: number, channels: number): Uint8Array {
  const options = ["-c:a", "aac", "-aac_pns", "0", "-b:a", `${channels * 4 * coreRateHz}`];
  const format = ["-ar", `${coreRateHz}`, "-ac", `${channels}`, "-cutoff", `${coreRateHz / 2}`];
  return outputOf("ffmpeg", [
    "-v",
    "error",
    "-nostdin",
    ...NOISY,
    ...format,
    ...options,
    "-f",
    "adts",
    "-",
  ]);
}

function decodeWithFfmpeg(file: Uint8Array): Float32Array[] {
  const path = join(folder, "extended.aac");
  writeFileSync(path, file);
  const floats = outputOf("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-f", "f32le", "-"]);
  const samples = new Float32Array(floats.slice().buffer);
  // Of a mono stream that could have parametric stereo ffmpeg makes two channels.
  return [0, 1].map((channel) => samples.filter((_, index) => index % 2 === channel));
}

async function expectAgreement(
  file: Uint8Array,
  channelCount: number,
  rateHz: number,
): Promise<void> {
  const { description, channels, damaged } = await decodeAll(file);
  expect(description).toMatchObject({ sampleRateHz: rateHz, channels: channelCount });
  expect(damaged).toBe(false);
  const expected = decodeWithFfmpeg(file);
  for (const [index, samples] of channels.entries()) {
    expect(samples).toHaveLength(expected[index]?.length as number);
    expect(
      snrDb(samples, expected[index] as Float32Array),
      `channel ${index}`,
    ).toBeGreaterThanOrEqual(MIN_SNR_DB);
  }
}

describe("spectral band replication has ffmpeg's samples", () => {
  test.each([
    [1, 8_000, 1],
    [1, 11_025, 2],
    [2, 12_000, 3],
    [1, 16_000, 4],
    [2, 22_050, 5],
    [1, 24_000, 6],
    [2, 24_000, 7],
    [2, 32_000, 8],
    [1, 48_000, 9],
  ] as const)("of %i channels at %i Hz, seed %i", async (channels, coreRateHz, seed) => {
    const stream = { bits: randomBits(seed), channels, coreRateHz, changes: 0 };
    const file = extendedFrames(plainAac(coreRateHz, channels), sbrWriter(stream));
    await expectAgreement(file, channels, 2 * coreRateHz);
  });

  test.each([11, 12, 13])("where its bands change, seed %i", async (seed) => {
    const stream = {
      bits: randomBits(seed),
      channels: 2,
      coreRateHz: 22_050,
      changes: 0.5,
    } as const;
    const file = extendedFrames(plainAac(22_050, 2), sbrWriter(stream));
    await expectAgreement(file, 2, 44_100);
  });
});

describe("parametric stereo has ffmpeg's samples", () => {
  test.each([
    ["10 and 20 bands", [0, 1, 3, 4], 16_000, 21],
    ["10 and 20 bands", [0, 1, 3, 4], 24_000, 22],
    ["34 bands", [2, 5], 22_050, 23],
    ["any bands", [0, 1, 2, 3, 4, 5], 22_050, 24],
  ] as const)("of %s, modes %j, at %i Hz, seed %i", async (_, modes, coreRateHz, seed) => {
    const bits = randomBits(seed);
    const putExtension = stereoWriter(bits, modes);
    const stream = { bits, channels: 1, coreRateHz, changes: 0, putExtension } as const;
    const file = extendedFrames(plainAac(coreRateHz, 1), sbrWriter(stream));
    await expectAgreement(file, 2, 2 * coreRateHz);
  });
});
