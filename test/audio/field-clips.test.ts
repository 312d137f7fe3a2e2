import { describe, expect, test } from "vitest";
import { decodeAll } from "../../support/decoding/decode-all.ts";
import { FIELD_CLIPS } from "../support/clips/field/index.ts";
import { prepare } from "../support/clips/prepared.ts";

const RATE_HZ = 16_000;

describe("odd clips of the field", () => {
  test.each(FIELD_CLIPS)("$name is read", async (clip) => {
    const { info, samples } = await prepare(await clip.make());
    const { container, codec, sampleRateHz, channels } = clip;
    expect(info).toMatchObject({ container, codec, sampleRateHz, channels });
    expect(info.warnings.map(({ code }) => code)).toEqual(clip.warnings);
    expect(Math.abs(info.seconds - clip.seconds)).toBeLessThanOrEqual(clip.toleranceSeconds + 1e-9);
    const roundedSamples = Math.round(info.seconds * RATE_HZ);
    expect(Math.abs(samples.length - roundedSamples)).toBeLessThanOrEqual(clip.rateChanges ?? 0);
  });

  test.each(FIELD_CLIPS.filter(({ clean }) => clean !== undefined))(
    "$name has every sample of the clean clip",
    async (clip) => {
      const clean = await decodeAll((await clip.clean?.()) as Uint8Array);
      const odd = await decodeAll(await clip.make(), { pieces: [1_000, 7] });
      expect(odd.channels).toEqual(clean.channels);
    },
  );
});
