/** Where regions and clients are, and how far from each other. */

/** A point on the earth, in degrees north and east. */
export interface Position {
  readonly north: number;
  readonly east: number;
}

/** R2's location hints (https://developers.cloudflare.com/r2/reference/data-location/), each by a city in the middle of it. */
export const LOCATIONS = {
  wnam: { north: 37.3, east: -121.9 },
  enam: { north: 39.0, east: -77.5 },
  weur: { north: 50.1, east: 8.7 },
  eeur: { north: 52.2, east: 21.0 },
  apac: { north: 1.3, east: 103.8 },
  oc: { north: -33.9, east: 151.2 },
} as const satisfies Readonly<Record<string, Position>>;

export type Location = keyof typeof LOCATIONS;

/** The codes that Cloudflare gives continents, each by a city that many of its clients are near to. */
export const CONTINENTS: ReadonlyMap<string, Position> = new Map([
  ["AF", { north: 6.5, east: 3.4 }],
  ["AN", { north: -77.8, east: 166.7 }],
  ["AS", { north: 22.3, east: 114.2 }],
  ["EU", { north: 50.1, east: 8.7 }],
  ["NA", { north: 41.9, east: -87.6 }],
  ["OC", { north: -33.9, east: 151.2 }],
  ["SA", { north: -23.5, east: -46.6 }],
]);

/** True if R2 has it. */
export function isLocation(name: string): name is Location {
  return Object.hasOwn(LOCATIONS, name);
}

const EARTH_RADIUS_KM = 6371;

/** Kilometres along the surface of the earth. */
export function distanceKm(from: Position, to: Position): number {
  const [north, otherNorth] = [radians(from.north), radians(to.north)];
  const chord =
    Math.sin((otherNorth - north) / 2) ** 2 +
    Math.cos(north) * Math.cos(otherNorth) * Math.sin(radians(to.east - from.east) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
