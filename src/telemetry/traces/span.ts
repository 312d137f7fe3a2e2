/** Spans: parts of a trace's work, each with its time. */
import { newSpanId, type TraceContext } from "./context.ts";

/** What a span is to those that it talks to, in the words of OpenTelemetry. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

/** What is known of a span; what is undefined is left out. Never a secret, a key's token, a query or a clip. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span that has ended. */
export interface EndedSpan extends Omit<TraceContext, "isSampled"> {
  readonly name: string;
  readonly kind: SpanKind;
  /** `null` for the first of a trace. */
  readonly parentSpanId: string | null;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** Why its work failed; `null` if it did not. */
  readonly error: string | null;
}

/** A span that was begun. */
export interface Span {
  /** What is handed on to others. */
  readonly context: TraceContext;
  /** Begins a span below this one. */
  child(name: string, kind?: SpanKind, attributes?: Attributes): Span;
  /** Adds a span below this one, whose times are known already, by the clock of `performance.now()`. */
  add(name: string, startMs: number, endMs: number, attributes?: Attributes): void;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** @param error a slug or the name of an error if the work failed */
  end(error?: string | null): void;
}

/** How to begin a span. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
}

/** The part of a trace that one process does for one request or message. */
export interface TracePart {
  readonly traceId: string;
  /** To be added to what `performance.now()` gives, for milliseconds since 1970. */
  readonly epochMs: number;
  /** Takes spans as they end. */
  take(span: EndedSpan): void;
}

/** Begins a span that is recorded. */
export function beginSpan(
  part: TracePart,
  parentSpanId: string | null,
  { name, kind, attributes = {} }: SpanStart,
): Span {
  const context: TraceContext = { traceId: part.traceId, spanId: newSpanId(), isSampled: true };
  const startMs = performance.now();
  let current = { name, attributes };
  const ended = (span: Partial<EndedSpan>): EndedSpan => ({
    ...{ traceId: part.traceId, spanId: context.spanId, parentSpanId },
    ...{ ...current, kind, startMs: part.epochMs + startMs },
    ...{ endMs: part.epochMs + performance.now(), error: null },
    ...span,
  });
  return {
    context,
    child: (childName, childKind = "internal", childAttributes) =>
      beginSpan(part, context.spanId, {
        name: childName,
        kind: childKind,
        ...(childAttributes && { attributes: childAttributes }),
      }),
    add: (childName, childStartMs, childEndMs, childAttributes = {}) =>
      part.take({
        ...{ traceId: part.traceId, spanId: newSpanId(), parentSpanId: context.spanId },
        ...{ name: childName, kind: "internal", attributes: childAttributes, error: null },
        startMs: part.epochMs + childStartMs,
        endMs: part.epochMs + childEndMs,
      }),
    rename(newName) {
      current = { ...current, name: newName };
    },
    set(more) {
      current = { ...current, attributes: { ...current.attributes, ...more } };
    },
    end: (error = null) => part.take(ended({ error })),
  };
}

/** A span of a trace that is not sampled: nothing is recorded, and its context is handed on. */
export function unsampledSpan(context: TraceContext): Span {
  const span: Span = { context, child: () => span, add() {}, rename() {}, set() {}, end() {} };
  return span;
}

/** Ends a span with the work that it stands for, and with the name of the error that the work throws. */
export async function spanning<Result>(
  span: Span | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (span === undefined) return await work();
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end(nameOf(error));
    throw error;
  }
}

function nameOf(error: unknown): string {
  const { slug, name } = (error ?? {}) as { readonly slug?: unknown; readonly name?: unknown };
  return String(slug ?? name ?? "Error");
}
