/** Begins the traces of one process: which are sampled, and how many spans each may have. */
import { isChosen, newSpanId, newTraceId, readTraceparent } from "./context.ts";
import type { SpanSink } from "./exporter.ts";
import { beginSpan, type Span, type SpanStart, unsampledSpan } from "./span.ts";

/** Begins the first span of a request or a message. */
export interface Tracer {
  /**
   * Goes on with the trace of `traceparent`, which also says whether it is sampled, or begins a new one if there is none.
   */
  begin(start: SpanStart, traceparent?: string | null): Span;
  /** Sends what has ended; settles when that is done or given up. */
  flush(): Promise<void>;
}

/** Of one request or message; a stream of events that lasts for hours asks the database again and again. */
const MOST_SPANS = 512;

/** Makes a tracer that begins `ratio` (0 to 1) of the traces that nobody else has begun. */
export function createTracer(ratio: number, sink: SpanSink): Tracer {
  return {
    begin(start, traceparent) {
      const parent = readTraceparent(traceparent);
      const traceId = parent?.traceId ?? newTraceId();
      const isSampled = parent?.isSampled ?? isChosen(traceId, ratio);
      if (!isSampled) {
        return unsampledSpan(parent ?? { traceId, spanId: newSpanId(), isSampled });
      }
      const epochMs = Date.now() - performance.now();
      const part = { traceId, epochMs, take: takeAtMost(MOST_SPANS, sink) };
      return beginSpan(part, parent?.spanId ?? null, start);
    },
    flush: sink.flush,
  };
}

/** The last place is kept for the first span, which ends last and without which the others have no parent. */
function takeAtMost(most: number, sink: SpanSink): SpanSink["push"] {
  let taken = 0;
  return (span) => {
    const isEntry = span.kind === "server" || span.kind === "consumer";
    if (taken++ < most - 1 || isEntry) sink.push(span);
    else sink.drop("trace-full", 1);
  };
}
