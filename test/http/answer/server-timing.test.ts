import { expect, test } from "vitest";
import { serverTiming } from "../../../src/http/answer/server-timing.ts";

const timings = {
  decodeMs: 0.04,
  resampleMs: 12,
  modelLoadMs: 3.456,
  frontendMs: 250.25,
  layersMs: 1000,
};

test("Server-Timing splits the stages, in milliseconds", () => {
  expect(serverTiming(timings, true)).toBe(
    "decode;dur=0.0, resample;dur=12.0, model-load;dur=3.5, frontend;dur=250.3, layers;dur=1000.0",
  );
});

test("Server-Timing gives no numbers where the clock stands still, and says so", () => {
  expect(serverTiming(timings, false)).toBe('clock;desc="stands still during computation"');
});
