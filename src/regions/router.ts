/** The regions that may answer a request, best first, by where its client is and by which have failed. No I/O. */
import type { Region, RegionList } from "./list.ts";
import { CONTINENTS, distanceKm, LOCATIONS, type Position } from "./locations.ts";

/** Where a request comes from; `null` for what is not known. */
export interface Origin {
  /** ISO 3166-1. */
  readonly country: string | null;
  readonly position: Position | null;
  /** Two capital letters, as Cloudflare writes them. */
  readonly continent: string | null;
}

/** Chooses regions, and remembers which have failed. */
export interface RegionRouter {
  /** The one that has what belongs to no home. */
  readonly fallback: Region;
  /** The region of that name; `null` if there is none. */
  named(name: string): Region | null;
  /**
   * The region of the client's country, else the one nearest to its position, else to its continent, else the default; then the
   * others, the nearest to that one first. Those that have failed are not among them, unless all have.
   */
  orderFor(origin: Origin): readonly [Region, ...Region[]];
  /** The region failed: it is left for `failoverSeconds`. */
  noteFailure(name: string): void;
  /** It answered. */
  noteSuccess(name: string): void;
}

/** Makes a router; `now` gives milliseconds since 1970. */
export function createRegionRouter(list: RegionList, now: () => number): RegionRouter {
  const { regions, failoverSeconds } = list;
  const byCountry = new Map(
    regions.flatMap((region) => region.countries.map((country) => [country, region] as const)),
  );
  const fallback = regions.find((region) => region.default) as Region;
  const leftUntilMs = new Map<string, number>();
  const isLeft = ({ name }: Region) => (leftUntilMs.get(name) ?? 0) > now();

  const wantedBy = ({ country, position, continent }: Origin): Region => {
    const near = position ?? CONTINENTS.get(continent ?? "");
    const nearest = near === undefined ? fallback : (byDistance(regions, near)[0] as Region);
    return byCountry.get(country ?? "") ?? nearest;
  };

  return {
    fallback,
    named: (name) => regions.find((region) => region.name === name) ?? null,
    orderFor(origin) {
      const wanted = wantedBy(origin);
      const others = regions.filter((region) => region !== wanted);
      const order = [wanted, ...byDistance(others, LOCATIONS[wanted.location])];
      const [first, ...rest] = order.filter((region) => !isLeft(region));
      return first === undefined ? [wanted, ...order.slice(1)] : [first, ...rest];
    },
    noteFailure: (name) => void leftUntilMs.set(name, now() + failoverSeconds * 1000),
    noteSuccess: (name) => void leftUntilMs.delete(name),
  };
}

/** The nearest first; those at the same distance in the order of the list. */
function byDistance(regions: readonly Region[], from: Position): Region[] {
  const kmTo = ({ location }: Region) => distanceKm(from, LOCATIONS[location]);
  return regions.toSorted((a, b) => kmTo(a) - kmTo(b));
}
