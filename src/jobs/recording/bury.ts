/** Messages about recordings that a queue gave up. */
import { DONE, type Outcome } from "../../queue/messages.ts";
import type { JobContext } from "../context.ts";
import { postpone, SPARED_SECONDS } from "../failures.ts";
import { readJob } from "../table.ts";
import { failRecording } from "./join.ts";
import { remainingWindows } from "./table.ts";

/**
 * Ends the job of a recording that could not be joined. If windows are left, their tries are counted by themselves, and another message
 * goes on with them.
 */
export async function buryWindow(context: JobContext, id: string): Promise<Outcome> {
  const job = await readJob(context, id);
  if (job === null || job.status !== "running") return DONE;
  const { undone } = await remainingWindows(context, id);
  if (undone > 0) {
    return await postpone(context, { kind: "window", id }, SPARED_SECONDS);
  }
  await failRecording(context, job, {
    slug: "tries-exhausted",
    detail: "All windows of the recording were computed, and joining them failed again and again.",
    extensions: {},
  });
  return DONE;
}
