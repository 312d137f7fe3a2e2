/** The regions of a deployment, as ops/regions.json names them. */
import { z } from "zod";
import { UndertoneError } from "../errors.ts";
import { isHome } from "../keys/token.ts";
import { MAX_STAGES } from "../model/stages/parts.ts";
import { isLocation, LOCATIONS, type Location } from "./locations.ts";

/** A region: a Worker with buckets, a database and queues of its own. */
export interface Region {
  /** In answers, logs, keys and names of resources, such as `eu`. */
  readonly name: string;
  /** True for the one that has the jobs of keys without a home, and requests from nowhere known. */
  readonly default: boolean;
  /** R2's location hint of its buckets. */
  readonly location: Location;
  /** The jurisdiction of its buckets and its database, which never leave it; `null` for none. */
  readonly jurisdiction: "eu" | "fedramp" | null;
  /** The cloud region that its Workers run near, such as `aws:eu-central-1`; `null` to let Cloudflare measure. */
  readonly placement: string | null;
  /** ISO 3166-1 codes of the countries whose requests it answers, however far away. */
  readonly countries: readonly string[];
  /** The Workers that its models are spread over; 0 for one Worker alone. */
  readonly stages: number;
}

/** All regions, of which exactly one is the default. */
export interface RegionList {
  /** A region that failed is left for so long. */
  readonly failoverSeconds: number;
  readonly regions: readonly Region[];
}

const MOST_REGIONS = 16;
const NAME_RULE =
  "A name is 1 to 31 lower-case letters, digits and hyphens, the first one a letter";

const RegionSchema = z.strictObject({
  name: z.string().refine(isHome, NAME_RULE),
  default: z.boolean().default(false),
  location: z.string(),
  jurisdiction: z.enum(["eu", "fedramp"]).nullable().default(null),
  placement: z
    .string()
    .regex(
      /^(aws|gcp|azure):[a-z0-9-]+$/,
      "A placement is a cloud and its region, such as aws:eu-central-1",
    )
    .nullable()
    .default(null),
  countries: z
    .array(
      z
        .string()
        .regex(/^[A-Z]{2}$/, "A country is its two capital letters of ISO 3166-1, such as DE"),
    )
    .default([]),
  stages: z.int().min(0).max(MAX_STAGES).default(0),
});

const RegionListSchema = z.strictObject({
  failover_seconds: z.int().min(1).max(3600).default(60),
  regions: z.array(RegionSchema).min(1).max(MOST_REGIONS),
});

/** The service binding of the Worker in front that leads to a region, such as `REGION_EU`. */
export function regionBinding(name: string): string {
  return `REGION_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The list as ops/regions.json would have it. */
export function writeRegions({ failoverSeconds, regions }: RegionList): string {
  return JSON.stringify({ failover_seconds: failoverSeconds, regions });
}

/**
 * Reads a list of regions.
 * @throws UndertoneError `invalid-option` naming the member, or the region, location or country that is wrong
 */
export function readRegions(json: unknown): RegionList {
  const parsed = RegionListSchema.safeParse(json);
  if (!parsed.success) throw unusable(z.prettifyError(parsed.error));
  const { failover_seconds, regions } = parsed.data;
  requireOnce("region", (name) => `two regions are called ${name}`, namesOf(regions));
  requireOnce(
    "country",
    (country) => `${country} is a country of two regions`,
    regions.flatMap(({ countries }) => countries),
  );
  const defaults = namesOf(regions.filter((region) => region.default));
  if (defaults.length !== 1) {
    const said = defaults.length === 0 ? "none is" : `${defaults.join(" and ")} are`;
    throw unusable(
      `Exactly one region has to be the default, and ${said}: give it "default": true.`,
    );
  }
  return { failoverSeconds: failover_seconds, regions: regions.map(withLocation) };
}

function withLocation(region: z.output<typeof RegionSchema>): Region {
  const { name, location } = region;
  if (isLocation(location)) return { ...region, location };
  const known = Object.keys(LOCATIONS).join(", ");
  throw unusable(`Region ${name} has the unknown location ${location}: use one of ${known}.`);
}

function namesOf(regions: readonly { readonly name: string }[]): string[] {
  return regions.map(({ name }) => name);
}

function requireOnce(
  kind: string,
  describe: (value: string) => string,
  values: readonly string[],
): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice === undefined) return;
  throw unusable(`Each ${kind} may be there once, and ${describe(twice)}: remove one.`);
}

function unusable(reason: string): UndertoneError {
  return new UndertoneError("invalid-option", `The list of regions cannot be used. ${reason}`);
}
