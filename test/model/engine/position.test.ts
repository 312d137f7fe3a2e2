import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  relativePositionBucket,
  relativePositionBuckets,
} from "../../../src/model/engine/position.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";

const table: { bucket_of_distance: number[] } = JSON.parse(
  readFileSync(goldenDirectory("rel_bucket.json"), "utf8"),
);

describe("relative position buckets", () => {
  it("are the reference's for every distance in both directions", () => {
    for (const [distance, bucket] of table.bucket_of_distance.entries()) {
      expect(relativePositionBucket(-distance, 320, 800)).toBe(bucket);
      if (distance > 0) expect(relativePositionBucket(distance, 320, 800)).toBe(160 + bucket);
    }
  });

  it("saturate", () => {
    expect(relativePositionBucket(-1_000_000, 320, 800)).toBe(159);
    expect(relativePositionBucket(1_000_000, 320, 800)).toBe(319);
  });

  it("are listed from the farthest key before to the farthest key after, and one unused entry", () => {
    expect([...relativePositionBuckets(3, 320, 800)]).toEqual([2, 1, 0, 161, 162, 0]);
    expect([...relativePositionBuckets(1, 320, 800)]).toEqual([0, 0]);
  });
});
