/** Counts the event streams that are open, so that each caller, and all together, hold a bounded number. */
import { UndertoneError } from "../../errors.ts";

/** Event streams of one instance. */
export interface OpenStreams {
  /**
   * Counts one more, and gives what ends it, which may be called again.
   * @param caller a key or an address
   * @throws UndertoneError `caller-streams-full` if the caller has as many as one may, `event-streams-full` if all callers together do.
   */
  open(caller: string): () => void;
}

/** How many there may be, and after how long one is over whatever became of its client. */
export interface StreamBounds {
  readonly most: number;
  readonly mostPerCaller: number;
  readonly longestMs: number;
}

interface OpenStream {
  readonly caller: string;
  readonly sinceMs: number;
}

const RETRY_AFTER_SECONDS = 10;

/** Counts from zero. */
export function countStreams(
  { most, mostPerCaller, longestMs }: StreamBounds,
  now: () => number,
): OpenStreams {
  /** Oldest first. */
  const streams = new Set<OpenStream>();

  /** A runtime may never tell that a client has left. */
  const forgetOld = () => {
    for (const stream of streams) {
      if (now() - stream.sinceMs < longestMs) return;
      streams.delete(stream);
    }
  };

  return {
    open(caller) {
      forgetOld();
      const own = [...streams].filter((stream) => stream.caller === caller).length;
      if (own >= mostPerCaller) throw callerStreamsFull(mostPerCaller);
      if (streams.size >= most) throw eventStreamsFull(most);
      const stream = { caller, sinceMs: now() };
      streams.add(stream);
      return () => void streams.delete(stream);
    },
  };
}

function callerStreamsFull(maxStreams: number): UndertoneError {
  return new UndertoneError(
    "caller-streams-full",
    `You have ${maxStreams} event streams open, as many as one caller may. Close some, or ask for the jobs with GET /v1/jobs.`,
    { maxStreams, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

function eventStreamsFull(maxStreams: number): UndertoneError {
  return new UndertoneError(
    "event-streams-full",
    `${maxStreams} event streams are open, as many as this instance serves. Ask again in ${RETRY_AFTER_SECONDS} s, or ask for the job with GET /v1/jobs/:id.`,
    { maxStreams, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
