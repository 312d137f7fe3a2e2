/** Where a request comes from, by the properties that Cloudflare gives it. */
import type { Place } from "../inspection.ts";

/** In degrees. */
interface Position {
  readonly north: number;
  readonly east: number;
}

/** The colo, and the client's country and continent: https://developers.cloudflare.com/workers/runtime-apis/request/ */
export function placeOf(request: Request): Place {
  const { colo, country, continent } = propertiesOf(request);
  return { colo: text(colo), country: text(country), continent: text(continent) };
}

/** The colo that a request came in by; `null` if it is not known. */
export function coloOf(request: Request): string | null {
  return placeOf(request).colo;
}

/** The client's position; `null` if it is not known. */
export function positionOf(request: Request): Position | null {
  const { latitude, longitude } = propertiesOf(request);
  const [north, east] = [Number.parseFloat(String(latitude)), Number.parseFloat(String(longitude))];
  return Number.isFinite(north) && Number.isFinite(east) ? { north, east } : null;
}

function propertiesOf(request: Request): Readonly<Record<string, unknown>> {
  return (request as { readonly cf?: Readonly<Record<string, unknown>> }).cf ?? {};
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
