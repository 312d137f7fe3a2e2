import { describe, expect, test } from "vitest";
import { filterFor } from "../../../src/audio/resample/filter-cache.ts";

describe("the filter cache", () => {
  test("designs a rate's filter once", () => {
    expect(filterFor(44_100)).toBe(filterFor(44_100));
  });

  test("forgets the least recently used filters when many rates are sent", () => {
    const [kept, forgotten] = [filterFor(48_000), filterFor(44_100)];
    for (const fromHz of [44_099, 44_101, 44_103, 44_107]) {
      filterFor(fromHz);
      filterFor(48_000);
    }
    expect(filterFor(48_000)).toBe(kept);
    expect(filterFor(44_100)).not.toBe(forgotten);
  });
});
