/** The events of a job, for as long as it lasts. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Schemas } from "./api.ts";
import { ServiceError } from "./errors.ts";
import { pause } from "./retry.ts";

export type Job = Schemas["Job"];

/** The requests that following a job needs. */
export interface JobRequests {
  /** The answer of `/v1/jobs/{id}/events`; its body is not read yet. @throws ServiceError */
  open(id: string, signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>>;
  /** @throws ServiceError */
  get(id: string, signal: AbortSignal | undefined): Promise<Job>;
}

const UNENDED: readonly Job["status"][] = ["queued", "running"];
/** The service has no event stream left for this caller: then it is polled. */
const NO_STREAM_LEFT = ["event-streams-full", "caller-streams-full"];
const POLL_SECONDS = 5;
const RECONNECT_SECONDS = 1;

/** True once a job has a result or will have none. */
export function hasEnded({ status }: Pick<Job, "status">): boolean {
  return !UNENDED.includes(status);
}

/**
 * Gives a job as it is, and again whenever it has changed, up to its end; connects anew when a stream ends before.
 * @throws ServiceError `unknown-job`, also if it is deleted meanwhile
 */
export async function* followJob(
  requests: JobRequests,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<Job> {
  let known = "";
  for (;;) {
    const stream = await requests.open(id, signal).catch(noneIfFull);
    for await (const data of stream === null ? polled(requests, id, signal) : dataOf(stream)) {
      // Each connection begins with the job as it is.
      if (data === known) continue;
      known = data;
      const job: Job = JSON.parse(data);
      yield job;
      if (hasEnded(job)) return;
    }
    signal?.throwIfAborted();
    // A stream that ends may have told of a deletion: then this fails.
    await requests.get(id, signal);
    await pause(stream === null ? POLL_SECONDS : RECONNECT_SECONDS, signal);
  }
}

function noneIfFull(error: unknown): null {
  if (error instanceof ServiceError && NO_STREAM_LEFT.includes(error.slug ?? "")) return null;
  throw error;
}

async function* polled({ get }: JobRequests, id: string, signal: AbortSignal | undefined) {
  yield JSON.stringify(await get(id, signal));
}

/** The jobs that a stream tells of, as JSON; it ends where the connection breaks. */
async function* dataOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
  const reader = stream.pipeThrough(decoder).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      if (value.event !== "deleted") yield value.data;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
