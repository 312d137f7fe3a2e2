/** Tests of survival: services that are killed at any moment. */
import { expect } from "vitest";

/** How often the tests of survival kill a service; `UNDERTONE_KILLS=100` has them take their time. */
export const KILLS: number = Number(process.env.UNDERTONE_KILLS ?? 5);

/** A job, and which clip it is of. */
export interface SubmittedJob {
  readonly id: string;
  readonly clip: number;
}

/**
 * Expects that every job has a result, the same for all jobs of a clip and the same as it was seen before; gives the number of
 * clips.
 * @param resultOf the digest of a job's result; null if it has none
 * @param seen results that were seen before the last kill, by job
 */
export async function expectOneResultPerClip(
  jobs: readonly SubmittedJob[],
  resultOf: (id: string) => Promise<string | null>,
  seen: ReadonlyMap<string, string>,
): Promise<number> {
  const resultOfClip = new Map<number, string>();
  for (const { id, clip } of jobs) {
    const result = await resultOf(id);
    expect(result, id).not.toBeNull();
    expect(resultOfClip.get(clip) ?? result, id).toBe(result);
    expect(seen.get(id) ?? result, id).toBe(result);
    resultOfClip.set(clip, result as string);
  }
  return resultOfClip.size;
}
