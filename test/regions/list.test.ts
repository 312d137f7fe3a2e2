import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../src/errors.ts";
import { readRegions } from "../../src/regions/list.ts";
import { LOCATIONS } from "../../src/regions/locations.ts";

const THREE = {
  failover_seconds: 30,
  regions: [
    { name: "eu", location: "weur", jurisdiction: "eu", countries: ["DE", "SE"] },
    { name: "us", location: "enam", default: true, countries: ["US"] },
    { name: "asia", location: "apac", countries: ["SG", "JP"], stages: 2 },
  ],
};

const changed = (index: number, change: object) => ({
  ...THREE,
  regions: THREE.regions.map((region, at) => (at === index ? { ...region, ...change } : region)),
});

describe("a list of regions", () => {
  it("has a default for what it leaves out", () => {
    expect(readRegions({ regions: [{ name: "eu", location: "weur", default: true }] })).toEqual({
      failoverSeconds: 60,
      regions: [
        {
          ...{ name: "eu", location: "weur", default: true, jurisdiction: null, placement: null },
          ...{ countries: [], stages: 0 },
        },
      ],
    });
  });

  it("is in ops/regions.json as docs/regions.md shows it", () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    const { regions } = readRegions(JSON.parse(read("ops/regions.json")));
    expect(regions.map(({ name }) => name)).toEqual(["us", "eu", "asia"]);
    const guide = read("docs/regions.md");
    for (const member of ["failover_seconds", ...Object.keys(regions[0] ?? {})]) {
      expect(guide).toMatch(new RegExp(`^\\| \`${member}\``, "m"));
    }
  });

  it.each([
    ["two defaults", changed(0, { default: true }), "eu and us are"],
    ["no default", changed(1, { default: false }), "none is"],
    ["an unknown location", changed(2, { location: "mars" }), "asia has the unknown location mars"],
    ["a location of Object", changed(2, { location: "toString" }), "unknown location toString"],
    ["a country twice", changed(2, { countries: ["JP", "DE"] }), "DE is a country of two regions"],
    ["a region twice", changed(2, { name: "eu" }), "two regions are called eu"],
    ["a country that is no code", changed(0, { countries: ["Germany"] }), "two capital letters"],
    ["a name that is none", changed(0, { name: "EU West" }), "lower-case letters"],
    ["a placement that is none", changed(0, { placement: "frankfurt" }), "aws:eu-central-1"],
    ["an unknown jurisdiction", changed(0, { jurisdiction: "us" }), "jurisdiction"],
    ["too many stages", changed(0, { stages: 1000 }), "stages"],
    ["an unknown member", changed(0, { colour: "blue" }), "colour"],
    ["no region", { regions: [] }, "regions"],
    ["no list", null, "cannot be used"],
  ])("is refused for %s, with what is wrong", (_, list, sentence) => {
    expect(() => readRegions(list)).toThrow(UndertoneError);
    expect(() => readRegions(list)).toThrow(sentence);
  });

  it("is read or refused, whatever it is: names and countries once, and one default", () => {
    const region = fc.record(
      {
        name: fc.constantFrom("eu", "us", "asia", "Mars", ""),
        location: fc.constantFrom(...Object.keys(LOCATIONS), "mars"),
        default: fc.boolean(),
        countries: fc.array(fc.constantFrom("DE", "US", "JP", "d"), { maxLength: 2 }),
        stages: fc.integer({ min: -1, max: 30 }),
      },
      { requiredKeys: ["name", "location"] },
    );
    const lists = fc.oneof(fc.record({ regions: fc.array(region, { maxLength: 3 }) }), fc.json());
    fc.assert(
      fc.property(lists, (list) => {
        try {
          const { regions } = readRegions(list);
          const names = regions.map(({ name }) => name);
          const countries = regions.flatMap((read) => read.countries);
          expect(new Set(names).size).toBe(names.length);
          expect(new Set(countries).size).toBe(countries.length);
          expect(regions.filter((read) => read.default)).toHaveLength(1);
        } catch (error) {
          expect(error).toMatchObject({ slug: "invalid-option" });
        }
      }),
    );
  });
});
