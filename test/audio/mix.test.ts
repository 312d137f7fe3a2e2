import { expect, test } from "vitest";
import { mixToMono } from "../../src/audio/mix.ts";

test("one channel is the mix itself, not a copy", () => {
  const channel = Float32Array.of(0.1, 0.2);
  expect(mixToMono([channel])).toBe(channel);
});

test("several are averaged sample by sample", () => {
  const left = Float32Array.of(1, 0.5, -0.25);
  const right = Float32Array.of(0, 0.5, 0.75);
  const centre = Float32Array.of(0.5, -1, 0.25);
  expect(mixToMono([left, right])).toEqual(Float32Array.of(0.5, 0.5, 0.25));
  expect(mixToMono([left, right, centre])).toEqual(Float32Array.of(0.5, 0, 0.25));
});

test("the channels stay as they were", () => {
  const left = Float32Array.of(1, -1);
  mixToMono([left, Float32Array.of(0, 0)]);
  expect(left).toEqual(Float32Array.of(1, -1));
});

test("equal channels mix to that channel, however many there are", () => {
  const channel = Float32Array.of(0.1, -0.7, 1 / 3);
  expect(mixToMono(Array.from({ length: 32 }, () => channel))).toEqual(channel);
});
