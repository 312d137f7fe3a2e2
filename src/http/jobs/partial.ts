/** How an answer says that it is of a part of a recording. */
import type { FinishedPart } from "../../jobs/recording/partial.ts";
import type { WrittenAnswer } from "../../jobs/tasks/job-task.ts";

/** The header: a dictionary (RFC 9651) that says of which seconds a partial result is. */
export function partHeader(part: FinishedPart): string {
  const { start, end, windowsDone, windowsTotal, run, runs } = part;
  const [from, to] = [start, end].map((seconds) => seconds.toFixed(3));
  return `start=${from}, end=${to}, windows-done=${windowsDone}, windows-total=${windowsTotal}, run=${run}, runs=${runs}`;
}

/** The answer with the member `partial: true` before all others, if it is JSON or lines of it. */
export async function* partialParts({
  format,
  parts,
}: Pick<WrittenAnswer, "format" | "parts">): AsyncGenerator<Uint8Array> {
  let isOpen = format !== "json" && format !== "ndjson";
  for await (const part of parts) {
    if (isOpen || part.length === 0) yield part;
    else {
      // The first byte opens the object.
      yield new TextEncoder().encode('{"partial":true,');
      yield part.subarray(1);
      isOpen = true;
    }
  }
}
