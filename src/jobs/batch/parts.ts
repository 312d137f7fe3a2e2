/** The jobs of a batch, a part at a time: a statement about all of them would hold up everything else. */
import { breathe } from "../../breathe.ts";
import { type Batch, lineJobId } from "./batch.ts";

const JOBS_PER_PART = 250;

/** Calls `work` with the ids of a batch's jobs, as an array in JSON, part after part in the order of the lines. */
export async function forJobsOf(
  { id, lines }: Pick<Batch, "id" | "lines">,
  work: (ids: string) => Promise<unknown>,
): Promise<void> {
  for (let first = 1; first <= lines; first += JOBS_PER_PART) {
    const count = Math.min(JOBS_PER_PART, lines - first + 1);
    const ids = Array.from({ length: count }, (_, index) => lineJobId(id, first + index));
    await work(JSON.stringify(ids));
    await breathe();
  }
}
