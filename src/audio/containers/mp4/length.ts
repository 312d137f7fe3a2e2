/** The length of an MP4 track by its index. */
import type { Mp4Track } from "./track/track.ts";

/**
 * The seconds of it that are heard; null if the index does not tell, as in fragments, or if a file of so many bytes cannot hold
 * all of its samples.
 */
export function heardSeconds(track: Mp4Track, fileBytes: number): number | null {
  const { fragmentDefaults, mediaTicks, timescale, windows } = track;
  if (fragmentDefaults !== null || mediaTicks === 0 || !isWhole(track, fileBytes)) return null;
  const mediaSeconds = mediaTicks / timescale;
  return windows.reduce((sum, { startSeconds, endSeconds }) => {
    return sum + Math.max(0, Math.min(endSeconds, mediaSeconds) - startSeconds);
  }, 0);
}

function isWhole({ tables }: Mp4Track, fileBytes: number): boolean {
  for (const { offset } of tables.chunks()) if (offset >= fileBytes) return false;
  if (tables.uniformBytes !== null) return tables.count * tables.uniformBytes <= fileBytes;
  let sampleBytes = 0;
  for (let sample = 0; sample < tables.count; sample++) sampleBytes += tables.sampleBytes(sample);
  return sampleBytes <= fileBytes;
}
