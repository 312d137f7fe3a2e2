import fc from "fast-check";
import { expect, test } from "vitest";
import { growingSamples } from "../../../src/audio/clip/growing-samples.ts";

test("samples that are appended are all there, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 6 }), (lengths) => {
      const samples = growingSamples();
      let next = 0;
      for (const length of lengths) {
        samples.append(Float32Array.from({ length }, () => next++));
      }
      expect(samples.take()).toEqual(Float32Array.from({ length: next }, (_, index) => index));
    }),
    { numRuns: 30 },
  );
});
