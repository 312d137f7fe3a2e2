/** Filters already designed, one for each rate, so that a rate's second clip does not wait for its design. */
import { designFilter, type ResampleFilter } from "./filter.ts";

const MAX_CACHED_BYTES = 4 * 2 ** 20;

/** By input rate in Hz, the least recently used first. */
const filters = new Map<number, ResampleFilter>();

/** The filter from a rate to 16 kHz; the least recently used are forgotten once all together exceed 4 MiB. */
export function filterFor(fromHz: number): ResampleFilter {
  const filter = filters.get(fromHz) ?? designFilter(fromHz);
  filters.delete(fromHz);
  filters.set(fromHz, filter);
  evictOldest();
  return filter;
}

function evictOldest(): void {
  let cachedBytes = 0;
  for (const { bank } of filters.values()) cachedBytes += bank.byteLength;
  for (const [rateHz, { bank }] of filters) {
    if (cachedBytes <= MAX_CACHED_BYTES) return;
    filters.delete(rateHz);
    cachedBytes -= bank.byteLength;
  }
}
