/** Sends ended spans to a receiver of OTLP over HTTP, beside the work that they are of: nobody waits for it, and it never fails. */
import type { LogEntry } from "../../log.ts";
import type { Metrics } from "../metrics.ts";
import { writeOtlp } from "./otlp.ts";
import type { Attributes, EndedSpan } from "./span.ts";

/** Why spans were dropped: too many waited, their trace had too many, or the receiver did not take them. */
export type DropReason = "queue-full" | "trace-full" | "receiver";

/** Takes ended spans. */
export interface SpanSink {
  push(span: EndedSpan): void;
  drop(reason: DropReason, count: number): void;
  /** Sends what waits; settles when that is done or given up. */
  flush(): Promise<void>;
}

/** Where spans go, and what the exporter uses. */
export interface ExporterParts {
  /** The whole address, such as `http://localhost:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Describes the service. */
  readonly resource: Attributes;
  readonly metrics: Metrics;
  log(entry: LogEntry): void;
  /** Lets work go on after the answer has been sent. */
  keepAlive(work: Promise<void>): void;
}

/** Spans that wait to be sent: about 2 MB. */
const MOST_WAITING = 2048;
const MOST_IN_BATCH = 512;
/** Spans of several requests are sent together. */
const GATHER_MS = 1000;
const TIMEOUT_MS = 5000;
/** After so long another sender begins: a Worker ends what outlives its answer by 30 s. */
const SENDER_MS = 20_000;
/** An ending server begins no batch after so long. */
const FLUSH_MS = 1000;
const LOG_EVERY_MS = 60_000;

/** Makes an exporter; spans are gathered for a second and sent once, and lost if the receiver does not take them. */
export function createExporter(parts: ExporterParts): SpanSink {
  const waiting: EndedSpan[] = [];
  const dropped = new Map<DropReason, number>();
  let sendingUntilMs = 0;

  const sendWaiting = async (untilMs: number): Promise<void> => {
    const failures: string[] = [];
    while (waiting.length > 0 && Date.now() < untilMs) {
      const batch = waiting.splice(0, MOST_IN_BATCH);
      const failure = await send(parts, batch);
      if (failure !== null) failures.push(failure);
      if (failure !== null) drop("receiver", batch.length);
      else count(parts.metrics, "sent", batch.length);
    }
    report(failures[0]);
  };
  const drop = (reason: DropReason, spans: number) => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + spans);
  };
  const tell = tellSometimes(parts.log);
  const report = (failure: string | undefined) => {
    for (const [reason, spans] of dropped) count(parts.metrics, reason, spans);
    tell(
      [...dropped.values()].reduce((sum, spans) => sum + spans, 0),
      failure,
    );
    dropped.clear();
  };
  const gatherAndSend = async (): Promise<void> => {
    const untilMs = Date.now() + SENDER_MS;
    sendingUntilMs = untilMs;
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    await sendWaiting(untilMs);
    if (sendingUntilMs !== untilMs) return;
    sendingUntilMs = 0;
    // What has come since the last look.
    if (waiting.length > 0 && Date.now() < untilMs) parts.keepAlive(gatherAndSend());
  };

  return {
    push(span) {
      if (waiting.length < MOST_WAITING) waiting.push(span);
      else drop("queue-full", 1);
      // A sender whose request was broken off never says that it has ended.
      if (Date.now() >= sendingUntilMs) parts.keepAlive(gatherAndSend());
    },
    drop,
    flush: () => sendWaiting(Date.now() + FLUSH_MS),
  };
}

/** Posts a batch; says in a few words why it was not taken, or `null`. */
async function send(
  { url, headers, resource }: ExporterParts,
  batch: readonly EndedSpan[],
): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: writeOtlp(batch, resource),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    void answer.body?.cancel().catch(() => {});
    return answer.ok ? null : `The receiver answered ${answer.status}.`;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError"
      ? `The receiver did not answer within ${TIMEOUT_MS / 1000} s.`
      : "The receiver cannot be reached.";
  }
}

function count(metrics: Metrics, outcome: DropReason | "sent", spans: number): void {
  metrics.count("undertone_spans_total", { outcome }, spans);
}

/** Logs that spans were dropped, once a minute at most. */
function tellSometimes(log: (entry: LogEntry) => void) {
  let untold = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  return (dropped: number, reason = "More spans ended than are kept.") => {
    untold += dropped;
    if (untold === 0 || Date.now() - toldMs < LOG_EVERY_MS) return;
    log({ level: "warn", event: "spans-dropped", count: untold, message: reason });
    untold = 0;
    toldMs = Date.now();
  };
}
