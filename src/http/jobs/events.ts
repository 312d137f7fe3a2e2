/** GET /v1/jobs/:id/events: how a job goes on, as server-sent events. */
import { z } from "@hono/zod-openapi";
import type { Job } from "../../jobs/job.ts";
import { pause } from "../../jobs/pause.ts";
import { readJob } from "../../jobs/table.ts";
import type { Platform } from "../../platform/platform.ts";
import { keyWith } from "../access/access.ts";
import { callerOf } from "../access/caller.ts";
import { readOwnJob } from "../access/own.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { awaitEnd } from "../answer/stream.ts";
import type { StreamEnd } from "../context.ts";
import { endpoint } from "../endpoint.ts";
import { describeJob } from "./answer.ts";
import { countStreams } from "./open-streams.ts";

/** The row of the job is looked at so often: each look costs one. */
const LOOK_MS = 1000;
/** Proxies end what is silent for long. */
const SILENCE_MS = 15_000;
/** Then the client asks again, as EventSource does by itself. */
const LONGEST_MS = 10 * 60_000;
const RECONNECT_MS = 2000;
/** Event streams of an instance that are open at once: `undertone job submit` watches up to 64 jobs. */
const MOST_STREAMS = 500;
const MOST_STREAMS_PER_CALLER = 100;

const UNENDED: readonly Job["status"][] = ["queued", "running"];

/**
 * Sends the job as it is, again whenever it has changed, and ends with its end: `progress` events while it waits and runs, then one
 * that is named by its final status.
 * @throws UndertoneError `unknown-job`, `caller-streams-full`, `event-streams-full`.
 */
export const watchJob = endpoint({
  route: {
    method: "get",
    path: "/v1/jobs/{id}/events",
    operationId: "watchJob",
    summary: "Watches a job as server-sent events",
    tags: ["jobs"],
    request: { params: z.object({ id: z.string() }) },
    responses: {
      200: {
        description:
          "The job as the data of an event each time that it changes: `progress`, and in the end `done`, `failed`, `cancelled`, `expired` or `deleted`.",
        content: { "text/event-stream": { schema: z.string() } },
      },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    const streams = countStreams(
      { most: MOST_STREAMS, mostPerCaller: MOST_STREAMS_PER_CALLER, longestMs: LONGEST_MS },
      platform.now,
    );
    return async (c) => {
      const job = await readOwnJob(platform, c, c.req.valid("param").id);
      const close = streams.open(callerOf(platform, c));
      const end = awaitEnd(c, close);
      return c.body(eventStream(platform, job, c.req.raw.signal, end), 200, {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
      });
    };
  },
});

/** The stream; `end` is called at its end, and may be called twice. */
function eventStream(
  platform: Platform,
  job: Job,
  clientGone: AbortSignal,
  end: (how: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = new AbortController();
  clientGone.addEventListener("abort", () => end("cut-off"));
  const texts = eventTexts(platform, job, AbortSignal.any([clientGone, left.signal]));
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next().catch((error) => {
        end("cut-off");
        throw error;
      });
      if (!done) return controller.enqueue(encoder.encode(value));
      end("whole");
      controller.close();
    },
    async cancel() {
      end("cut-off");
      left.abort();
      await texts.return(undefined);
    },
  });
}

async function* eventTexts(
  platform: Platform,
  first: Job,
  clientGone: AbortSignal,
): AsyncGenerator<string> {
  const beganMs = platform.now();
  let job: Job | null = first;
  let sent = "";
  let spokenMs = beganMs;
  yield `retry: ${RECONNECT_MS}\n\n`;
  while (!clientGone.aborted) {
    if (job === null) return yield `event: deleted\ndata: ${JSON.stringify({ id: first.id })}\n\n`;
    const isOver = !UNENDED.includes(job.status);
    const state = JSON.stringify({ ...job, leasedUntil: 0 });
    const nowMs = platform.now();
    if (state !== sent) {
      const name = isOver ? job.status : "progress";
      yield `event: ${name}\ndata: ${JSON.stringify(describeJob(job, nowMs))}\n\n`;
      sent = state;
      spokenMs = nowMs;
    } else if (nowMs - spokenMs >= SILENCE_MS) {
      yield ": \n\n";
      spokenMs = nowMs;
    }
    if (isOver || nowMs - beganMs >= LONGEST_MS) return;
    await pause(LOOK_MS, clientGone);
    job = await readJob(platform, first.id);
  }
}
