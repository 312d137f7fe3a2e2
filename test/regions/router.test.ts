import fc from "fast-check";
import { expect, test } from "vitest";
import { readRegions } from "../../src/regions/list.ts";
import { CONTINENTS, distanceKm, LOCATIONS, type Location } from "../../src/regions/locations.ts";
import { createRegionRouter, type Origin } from "../../src/regions/router.ts";

const LIST = readRegions({
  failover_seconds: 30,
  regions: [
    { name: "eu", location: "weur", countries: ["DE", "SE"] },
    { name: "us", location: "enam", default: true, countries: ["US"] },
    { name: "asia", location: "apac", countries: ["SG", "JP"] },
  ],
});
const NAMES = LIST.regions.map(({ name }) => name);

test("distances are those of a sphere", () => {
  const { weur, enam } = LOCATIONS;
  expect(distanceKm(weur, enam)).toBeGreaterThan(6000);
  expect(distanceKm(weur, enam)).toBeLessThan(7000);
  const places = fc
    .constantFrom(...(Object.keys(LOCATIONS) as Location[]))
    .map((name) => LOCATIONS[name]);
  fc.assert(
    fc.property(places, places, places, (a, b, c) => {
      expect(distanceKm(a, a)).toBe(0);
      expect(distanceKm(a, b)).toBeCloseTo(distanceKm(b, a), 6);
      expect(distanceKm(a, c)).toBeLessThanOrEqual(distanceKm(a, b) + distanceKm(b, c) + 1e-6);
    }),
  );
});

function startRouter() {
  const clock = { nowMs: 1e12 };
  return { clock, router: createRegionRouter(LIST, () => clock.nowMs) };
}
const from = (origin: Partial<Origin>): Origin => ({
  country: null,
  position: null,
  continent: null,
  ...origin,
});
const LIMA = { north: -12, east: -77 };
const TEHRAN = { north: 35.7, east: 51.4 };

test.each<[string, Partial<Origin>, readonly string[]]>([
  ["a country of a region", { country: "DE" }, ["eu", "us", "asia"]],
  ["a country, wherever its client is", { country: "JP", position: LIMA }, ["asia", "eu", "us"]],
  ["a position", { country: "PE", position: LIMA, continent: "EU" }, ["us", "eu", "asia"]],
  ["another position", { country: "IR", position: TEHRAN }, ["eu", "us", "asia"]],
  ["a continent", { country: "CN", continent: "AS" }, ["asia", "eu", "us"]],
  ["an unknown continent", { continent: "XX" }, ["us", "eu", "asia"]],
  ["nothing", {}, ["us", "eu", "asia"]],
])("the order follows from %s", (_, origin, names) => {
  const { router } = startRouter();
  expect(router.orderFor(from(origin)).map(({ name }) => name)).toEqual(names);
});

test("a region that failed is left for the nearest for a while, and is taken up again", () => {
  const { clock, router } = startRouter();
  const firstFor = (country: string) => router.orderFor(from({ country }))[0].name;
  router.noteFailure("eu");
  expect(firstFor("DE")).toBe("us");
  router.noteFailure("us");
  expect(firstFor("DE")).toBe("asia");
  router.noteFailure("asia");
  expect(firstFor("DE")).toBe("eu");
  clock.nowMs += 29_999;
  router.noteSuccess("us");
  expect(firstFor("DE")).toBe("us");
  clock.nowMs += 1;
  expect(firstFor("DE")).toBe("eu");
  router.noteFailure("asia");
  router.noteSuccess("asia");
  expect(firstFor("JP")).toBe("asia");
});

test("whatever has failed, there is a region, and none that is left beside one that is not", () => {
  const name = fc.constantFrom(...NAMES);
  const steps = fc.array(
    fc.oneof(
      fc.record({ fail: name }),
      fc.record({ succeed: name }),
      fc.record({ waitMs: fc.nat(60_000) }),
    ),
  );
  const origins = fc.record({
    country: fc.constantFrom("DE", "US", "JP", "BR", null),
    position: fc.option(
      fc.record({
        north: fc.integer({ min: -90, max: 90 }),
        east: fc.integer({ min: -180, max: 180 }),
      }),
    ),
    continent: fc.constantFrom(...CONTINENTS.keys(), null),
  });
  fc.assert(
    fc.property(steps, origins, (taken, origin) => {
      const { clock, router } = startRouter();
      const untilMs = new Map<string, number>();
      for (const step of taken) {
        if ("fail" in step) {
          router.noteFailure(step.fail);
          untilMs.set(step.fail, clock.nowMs + 30_000);
        } else if ("succeed" in step) {
          router.noteSuccess(step.succeed);
          untilMs.delete(step.succeed);
        } else clock.nowMs += step.waitMs;
      }
      const well = NAMES.filter((one) => (untilMs.get(one) ?? 0) <= clock.nowMs);
      const order = router.orderFor(origin).map((region) => region.name);
      expect(order.toSorted()).toEqual((well.length === 0 ? NAMES : well).toSorted());
    }),
  );
});
