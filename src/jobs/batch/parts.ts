/** The jobs of a batch, a part at a time: a statement about all of them would hold up everything else. */
import { breathe } from "../../breathe.ts";
import { type Batch, lineJobId } from "./batch.ts";

const JOBS_PER_PART = 250;

/** Lines of a batch, counted from 1; both are among them. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** The ids of the jobs of these lines, as arrays in JSON, part after part in the order of the lines. */
export async function* jobIdsOf(
  batchId: string,
  { first, last }: LineRange,
): AsyncGenerator<string> {
  for (let next = first; next <= last; next += JOBS_PER_PART) {
    const count = Math.min(JOBS_PER_PART, last - next + 1);
    const ids = Array.from({ length: count }, (_, index) => lineJobId(batchId, next + index));
    yield JSON.stringify(ids);
    await breathe();
  }
}

/** Calls `work` with the ids of a batch's jobs, as an array in JSON, part after part in the order of the lines. */
export async function forJobsOf(
  { id, lines }: Pick<Batch, "id" | "lines">,
  work: (ids: string) => Promise<unknown>,
): Promise<void> {
  for await (const ids of jobIdsOf(id, { first: 1, last: lines })) await work(ids);
}
