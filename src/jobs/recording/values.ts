/** What is kept of a window until all are joined: sums for poolings, what a head made of it, and voices. */
import { bytesOf } from "../../bytes.ts";
import type { FrameSummary } from "../../model/engine/taps/pooling.ts";
import type { HeadPart } from "../../model/heads/parts.ts";
import type { WindowVoices } from "../../model/heads/speakers/match-windows.ts";

/** The values of one window. */
export interface WindowValues {
  /** By name of the tensor. */
  readonly summaries: readonly (readonly [string, FrameSummary])[];
  readonly head: HeadPart | null;
  /** By label, where they were computed. */
  readonly voices: WindowVoices | null;
}

/** Numbers as they stand in the file, in their order. */
interface Field {
  readonly type: "f32" | "f64";
  readonly length: number;
}

interface Header {
  readonly summaries: readonly { readonly name: string; readonly rows: number }[];
  readonly head:
    | { readonly kind: "summary"; readonly rows: number }
    | {
        readonly kind: "logits";
        readonly rows: number;
        readonly columns: number;
        readonly firstFrame: number;
        readonly keepFirst: number;
        readonly keepCount: number;
      }
    | null;
  /** By label, if there is an embedding. */
  readonly voices?: readonly boolean[] | null;
  readonly fields: readonly Field[];
}

const ALIGNMENT = 8;

/** Values → bytes: the length of a header, the header in JSON, and little-endian numbers. */
export function writeValues({ summaries, head, voices }: WindowValues): Uint8Array {
  const arrays: (Float32Array | Float64Array)[] = summaries.flatMap(([, summary]) =>
    arraysOf(summary),
  );
  if (head?.kind === "summary") arrays.push(...arraysOf(head.summary));
  if (head?.kind === "logits") arrays.push(head.logits.data);
  arrays.push(...(voices ?? []).filter((voice) => voice !== null));
  const header: Header = {
    summaries: summaries.map(([name, { rows }]) => ({ name, rows })),
    head: head && describeHead(head),
    ...(voices !== null && { voices: voices.map((voice) => voice !== null) }),
    fields: arrays.map((array) => ({
      type: array instanceof Float64Array ? "f64" : "f32",
      length: array.length,
    })),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = aligned(4 + text.length);
  const size = arrays.reduce((sum, { byteLength }) => sum + aligned(byteLength), start);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = start;
  for (const array of arrays) {
    bytes.set(bytesOf(array), at);
    at += aligned(array.byteLength);
  }
  return bytes;
}

/** The way back. */
export function readValues(stored: Uint8Array): WindowValues {
  const bytes = stored.slice();
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = aligned(4 + length);
  const arrays = header.fields.map(({ type, length: count }) => {
    const array =
      type === "f64"
        ? new Float64Array(bytes.buffer, at, count)
        : new Float32Array(bytes.buffer, at, count);
    at += aligned(array.byteLength);
    return array;
  });
  const next = () => arrays.shift() as Float32Array & Float64Array;
  const summaryOf = (rows: number): FrameSummary => ({
    rows,
    sums: next(),
    squares: next(),
    maxima: next(),
  });
  const summaries = header.summaries.map(({ name, rows }) => [name, summaryOf(rows)] as const);
  const head = header.head && restoreHead(header.head, summaryOf, next);
  const voices = header.voices?.map((isThere) => (isThere ? next() : null)) ?? null;
  return { summaries, head, voices };
}

function restoreHead(
  head: NonNullable<Header["head"]>,
  summaryOf: (rows: number) => FrameSummary,
  next: () => Float32Array,
): HeadPart {
  if (head.kind === "summary") return { kind: "summary", summary: summaryOf(head.rows) };
  const { rows, columns, ...place } = head;
  return { ...place, logits: { rows, columns, data: next() } };
}

function describeHead(head: HeadPart): Header["head"] {
  if (head.kind === "summary") return { kind: "summary", rows: head.summary.rows };
  const { logits, ...place } = head;
  return { ...place, rows: logits.rows, columns: logits.columns };
}

function arraysOf({ sums, squares, maxima }: FrameSummary): Float64Array[] {
  return [sums, squares, maxima];
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
