/** A receiver of OTLP over HTTP, which reads what it gets by OpenTelemetry's own definitions of its messages. */
import { createRequire } from "node:module";
import { type Answer, startHttpServer, type TestServer } from "../jobs/http-server.ts";

/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** Such as `SPAN_KIND_SERVER`. */
  readonly kind: string;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Such as `STATUS_CODE_ERROR`. */
  readonly status: { readonly code?: string; readonly message?: string } | undefined;
  /** Of its service. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** The receiver. */
export interface OtlpReceiver extends TestServer {
  /** All spans so far, in the order in which they came. */
  spans(): ReceivedSpan[];
}

interface MessageType {
  verify(message: unknown): string | null;
  fromObject(message: unknown): unknown;
  toObject(message: unknown, options: object): ExportRequest;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
type WrittenSpan = Omit<
  ReceivedSpan,
  "attributes" | "resource" | "startTimeUnixNano" | "endTimeUnixNano"
> & {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
};
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WrittenSpan[] }[];
  }[];
}

const PROTO_ROOT =
  "../../../node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js";
const { opentelemetry } = createRequire(import.meta.url)(PROTO_ROOT);
const MESSAGE: MessageType = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
const AS_TEXT = { longs: String, enums: String, bytes: String, arrays: true };
/** The fields of bytes that OTLP's JSON writes in hexadecimal, where protobuf's own JSON has base64. */
const IDS = ["traceId", "spanId", "parentSpanId"];

/** Starts it on a free port; `answer` may answer otherwise than that all was taken. */
export async function startOtlpReceiver(
  answer: Answer = (_, response) => response.writeHead(200).end("{}"),
): Promise<OtlpReceiver> {
  const server = await startHttpServer(answer);
  return {
    ...server,
    spans: () =>
      server.received
        .filter(({ path }) => path === "/v1/traces")
        .flatMap(({ body }) => spansIn(body)),
  };
}

/**
 * Reads the JSON of an export request.
 * @throws Error if it has a member that the definitions lack, or one of another type
 */
export function spansIn(json: string): ReceivedSpan[] {
  const written = JSON.parse(json, (key, value) =>
    IDS.includes(key) ? Buffer.from(value, "hex").toString("base64") : value,
  );
  const message = MESSAGE.fromObject(written);
  const complaint = MESSAGE.verify(message);
  if (complaint !== null) throw new Error(complaint);
  const read = MESSAGE.toObject(message, AS_TEXT);
  requireAllRead(written, read);
  return read.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        ...Object.fromEntries(
          IDS.map((name) => [name, hex(span[name as keyof WrittenSpan] as string | undefined)]),
        ),
        startTimeUnixNano: BigInt(span.startTimeUnixNano),
        endTimeUnixNano: BigInt(span.endTimeUnixNano),
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource.attributes),
      })),
    ),
  );
}

/** What a definition does not know is dropped by who reads. */
function requireAllRead(written: unknown, read: unknown, path = ""): void {
  if (typeof written !== "object" || written === null) return;
  for (const [key, value] of Object.entries(written)) {
    const member = (read as Readonly<Record<string, unknown>>)[key];
    if (member === undefined) throw new Error(`${path}.${key} is no member of OTLP's messages.`);
    requireAllRead(value, member, `${path}.${key}`);
  }
}

function hex(base64: string | undefined): string {
  return base64 === undefined ? "" : Buffer.from(base64, "base64").toString("hex");
}

function valuesOf(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The names of a span and of those above it up to one whose parent is `rootId`; `null` if one between them is missing. */
export function pathOf(
  span: ReceivedSpan,
  all: readonly ReceivedSpan[],
  rootId = "",
): string[] | null {
  if (span.parentSpanId === rootId) return [span.name];
  const parent = all.find(({ spanId }) => spanId === span.parentSpanId);
  const above = parent === undefined ? null : pathOf(parent, all, rootId);
  return above && [...above, span.name];
}

/** A trace as text: its spans by the time of their beginning, each below its parent, with beginning and length in milliseconds. */
export function drawTrace(all: readonly ReceivedSpan[]): string {
  const beganAt = (span: ReceivedSpan) => span.startTimeUnixNano;
  const ordered = all.toSorted((a, b) => Number(beganAt(a) - beganAt(b)));
  const known = new Set(all.map(({ spanId }) => spanId));
  const first = ordered[0] && beganAt(ordered[0]);
  const ms = (nanoseconds: bigint) => (Number(nanoseconds) / 1e6).toFixed(1).padStart(8);
  const line = (span: ReceivedSpan, depth: number): string[] => [
    `${ms(beganAt(span) - (first ?? 0n))} ${ms(span.endTimeUnixNano - beganAt(span))}  ${"  ".repeat(depth)}${span.name}`,
    ...ordered
      .filter(({ parentSpanId }) => parentSpanId === span.spanId)
      .flatMap((child) => line(child, depth + 1)),
  ];
  const roots = ordered.filter(({ parentSpanId }) => !known.has(parentSpanId));
  return roots.flatMap((root) => line(root, 0)).join("\n");
}
