/** Times as the API writes them (RFC 3339), in UTC. */

/** Milliseconds since 1970 as text. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The same; `null` stays. */
export function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
