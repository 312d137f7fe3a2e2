/** The context of a trace, as it goes from one process to the next: W3C Trace Context (https://www.w3.org/TR/trace-context/). */
import { toHex } from "../../crypto/digest.ts";

/** A span of a trace, as others know it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** False if no process is to record spans of the trace. */
  readonly isSampled: boolean;
}

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const SAMPLED = 1;

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads the header `traceparent`; `null` if it is missing or malformed, as if there were none. */
export function readTraceparent(header: string | null | undefined): TraceContext | null {
  const match = TRACEPARENT.exec(header ?? "");
  if (match === null) return null;
  const [, version, traceId = "", spanId = "", flags = "", more] = match;
  // Later versions may add fields; this one has none.
  if (version === "00" && more !== undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** Writes the header `traceparent`. */
export function writeTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/** A new id of a trace. */
export function newTraceId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(TRACE_ID_BYTES)));
}

/** A new id of a span. */
export function newSpanId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(SPAN_ID_BYTES)));
}

/** Of the last 56 bits, as many as a number holds exactly. */
const RANDOM_DIGITS = 13;

/**
 * True for `ratio` (0 to 1) of all ids: those whose last 56 bits are high, so that services of different ratios choose the same
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).
 */
export function isChosen(traceId: string, ratio: number): boolean {
  const random = Number.parseInt(traceId.slice(-1 - RANDOM_DIGITS, -1), 16) / 16 ** RANDOM_DIGITS;
  return random >= 1 - ratio;
}
