import { beforeAll, describe, expect, test } from "vitest";
import { FeaturesSchema } from "../../../src/http/features/schema.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, post, type Service, startService } from "../../support/http/service.ts";

const RATE_HZ = 16_000;
const wav = (samples: Float32Array) =>
  makeWav({ sampleRateHz: RATE_HZ, channels: [samples], format: "f32" });

let service: Service;
beforeAll(async () => {
  service = startService(await tinyRegistry());
});

async function audioOf(clip: BodyInit) {
  const response = await post(service, "?pool=mean", clip);
  return FeaturesSchema.parse(await response.json()).audio;
}

describe("warnings", () => {
  test("a cut clip is computed as far as it goes, and the answer says how far", async () => {
    const { warnings, seconds } = await audioOf(chirp(16_000).slice(0, 44 + 16_000));
    expect(seconds).toBe(0.5);
    expect(warnings).toEqual([
      { code: "truncated", seconds: 0.5, detail: expect.stringContaining("0.500 s") },
    ]);
  });

  test("a clip that is too loud says how many samples are flattened", async () => {
    const loud = Float32Array.from(
      { length: RATE_HZ / 2 },
      (_, index) => 1.5 * Math.sin(index * 0.02),
    );
    const clipped = loud.map((sample) => Math.max(-1, Math.min(1, sample)));
    const count = clipped.filter((sample) => Math.abs(sample) === 1).length;
    const { warnings } = await audioOf(wav(clipped));
    expect(warnings).toEqual([
      { code: "clipped", samples: count, detail: expect.stringContaining(String(count)) },
    ]);
  });

  test("silence says so, and is computed", async () => {
    const { warnings } = await audioOf(wav(new Float32Array(8_000)));
    expect(warnings).toEqual([{ code: "silence", detail: expect.any(String) }]);
  });
});
