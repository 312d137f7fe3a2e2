/** Cutting the units of a call into chunks that threads claim. */
import type { KernelCall } from "../call.ts";

/** Units of each chunk; of what they leave over, units of each of the last chunks. */
export interface ChunkSizes {
  readonly units: number;
  readonly lastUnits: number;
}

/** Consecutive units. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** So many chunks can be told apart while they are claimed. */
export const MAX_CHUNKS = 255;

/** Enough to even out what threads get, few enough to be worth claiming. */
const CHUNKS_PER_THREAD = 8;

/** Smallest chunk, for calls without enough units for tiles: kernels take three rows at once. */
const SMALLEST_CHUNK = 3;

/** Whole tiles where there are enough units for them; the rest is cut smaller, so that nobody waits for one thread's last tile. */
export function chunkSizes({ units, tile }: KernelCall, threads: number): ChunkSizes {
  const smallest = Math.min(tile, SMALLEST_CHUNK);
  const wanted = units / Math.min(threads * CHUNKS_PER_THREAD, MAX_CHUNKS - threads);
  const chunk = roundedUp(wanted, wanted > tile ? tile : smallest);
  return { units: chunk, lastUnits: roundedUp((units % chunk) / threads, smallest) };
}

/** The number of chunks. */
export function chunkCount(units: number, sizes: ChunkSizes): number {
  const whole = Math.floor(units / sizes.units);
  return whole + Math.ceil((units - whole * sizes.units) / sizes.lastUnits);
}

/** The chunk of a number below their count. */
export function chunkAt(units: number, sizes: ChunkSizes, index: number): Chunk {
  const whole = Math.floor(units / sizes.units);
  if (index < whole) return { first: index * sizes.units, count: sizes.units };
  const first = whole * sizes.units + (index - whole) * sizes.lastUnits;
  return { first, count: Math.min(sizes.lastUnits, units - first) };
}

/** At least one `multiple`. */
function roundedUp(count: number, multiple: number): number {
  return Math.max(1, Math.ceil(count / multiple)) * multiple;
}
