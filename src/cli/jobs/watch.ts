/** Follows a job by its events. */
import { setTimeout as pause } from "node:timers/promises";
import { askService, pauseMs, type RemoteJob, type ServiceAccess } from "./service.ts";

const UNENDED = ["queued", "running"];

/**
 * Calls `report` with each change of a job, and gives the job once it has ended; `null` if it was deleted.
 * @param wait called with the milliseconds to wait before the job is watched anew
 */
export async function watchJob(
  access: ServiceAccess,
  id: string,
  report: (job: RemoteJob) => void,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): Promise<RemoteJob | null> {
  let known = "";
  for (let unchanged = 1; ; unchanged++) {
    const response = await askService(access, `/v1/jobs/${encodeURIComponent(id)}/events`);
    for await (const { name, data } of eventsOf(response)) {
      if (name === "deleted") return null;
      // Each connection begins with the job as it is.
      if (data === known) continue;
      const job = JSON.parse(data) as RemoteJob;
      report(job);
      if (!UNENDED.includes(job.status)) return job;
      known = data;
      unchanged = 1;
    }
    // The service ends what lasts long, and a connection may break: then it is watched anew.
    await wait(pauseMs(unchanged));
  }
}

/** Events as the HTML standard's event streams have them, with one line of data each. */
async function* eventsOf(response: Response): AsyncGenerator<{ name: string; data: string }> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, name] = /^event: (.*)$/m.exec(block) ?? [];
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (name !== undefined && data !== undefined) yield { name, data };
      }
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** A line that says how a job stands. */
export function sentenceOfJob({ id, status, progress, problem }: RemoteJob): string {
  if (status === "failed") return `${id} failed: ${problem?.detail ?? "without a reason"}`;
  const { windows_done: done, windows_total: total, seconds_left: left } = progress;
  if (status !== "running" || total === 0) return `${id} ${status}`;
  const rest = left === null ? "" : `, about ${left} s left`;
  return `${id} ${done} of ${total} windows${rest}`;
}
