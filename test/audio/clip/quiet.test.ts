import { describe, expect, it } from "vitest";
import { quietFrames, quietMeter } from "../../../src/audio/clip/quiet.ts";

const FRAME = 320;

/** Frames of a tone of these amplitudes, one after the other. */
function framesOf(amplitudes: readonly number[], offset = 0): Float32Array {
  return Float32Array.from({ length: amplitudes.length * FRAME }, (_, index) => {
    const amplitude = amplitudes[Math.floor(index / FRAME)] as number;
    return offset + amplitude * Math.sin((2 * Math.PI * index) / 32);
  });
}

const DECIBELS = (value: number) => 10 ** (value / 20);

describe("the frames of a clip that are quiet", () => {
  it("are 40 dB below the clip's power, wherever its zero is", () => {
    // The mean power of four frames is a quarter of the loud one's, 6 dB less.
    const amplitudes = [1, DECIBELS(-45.5), DECIBELS(-46.5), 0].map((amplitude) => amplitude / 2);
    expect([...quietFrames(framesOf(amplitudes))]).toEqual([0, 0, 1, 1]);
    expect([...quietFrames(framesOf(amplitudes, 0.3))]).toEqual([0, 0, 1, 1]);
  });

  it("are those of the last bits of 16-bit audio, though all of the clip is as quiet", () => {
    const noise = Float32Array.from({ length: 4 * FRAME }, (_, index) => (index % 2) / 32_768);
    expect([...quietFrames(noise)]).toEqual([1, 1, 1, 1]);
    expect([...quietFrames(noise.map((sample) => 4 * sample))]).toEqual([0, 0, 0, 0]);
  });

  it("are the same however the clip comes in parts, its last and shorter frame among them", () => {
    const samples = framesOf([0.5, 0, 0.001, 0.4]).subarray(0, 4 * FRAME - 100);
    const whole = quietFrames(samples);
    expect([...whole]).toEqual([0, 1, 1, 0]);
    for (const size of [1, 7, 320, 500]) {
      const meter = quietMeter();
      for (let at = 0; at < samples.length; at += size) meter.add(samples.subarray(at, at + size));
      expect(meter.frames()).toEqual(whole);
    }
  });

  it("are none of no samples", () => {
    expect([...quietFrames(new Float32Array())]).toEqual([]);
  });
});
