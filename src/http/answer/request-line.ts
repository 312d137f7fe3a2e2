/** The log line of a request. Long because its schema describes every member, and docs/request-log.schema.json is made of it. */
import { z } from "@hono/zod-openapi";
import type { LogEntry } from "../../log.ts";
import type { Cost } from "../../telemetry/cost.ts";

const milliseconds = z.number().nonnegative();
const bytes = z.int().nonnegative();

/** A request's line of the log. */
export const RequestLineSchema = z
  .strictObject({
    time: z.string().describe("When the line was written, as 2026-11-27T06:01:57.375Z."),
    level: z
      .enum(["info", "error"])
      .describe("`error` from status 500 on, but for the 503 of `/readyz`."),
    event: z.literal("request"),
    request_id: z.string(),
    trace_id: z.string().optional().describe("Of a request that is traced."),
    method: z.string(),
    path: z.string().describe("Without the query."),
    status: z.int(),
    duration_ms: milliseconds.describe("From the request to the end of its answer."),
    first_byte_ms: milliseconds.optional().describe("Of a streamed answer: until it was ready."),
    cut_off: z
      .literal(true)
      .optional()
      .describe("A streamed answer was broken off by its client or an error."),
    colo: z.string().optional().describe("Cloudflare's data centre that the request came in by."),
    region: z.string().optional().describe("The setting `REGION`."),
    version: z.string().optional().describe("The deployed version, or that of the package."),
    cold: z.boolean().describe("The isolate was started for this request; never true on Node."),
    key_id: z.string().optional().describe("The API key."),
    problem: z.string().optional().describe("The slug of a refused request."),
    model: z.string().optional().describe("The pack."),
    weights: z.enum(["checkpoint", "synthetic"]).optional(),
    kept: z.literal(true).optional().describe("The answer is a result that was kept."),
    queue_ms: milliseconds.optional().describe("Waiting for a turn to compute, and for memory."),
    decode_ms: milliseconds.optional().describe("Where the clock advances during computation."),
    resample_ms: milliseconds.optional().describe("Likewise; mixing included."),
    model_load_ms: milliseconds.optional().describe("Waiting for weights."),
    compute_ms: milliseconds
      .optional()
      .describe("Frontend and layers, where the clock advances during computation."),
    store_ms: milliseconds.describe("Waiting for database, files and queue."),
    audio_seconds: z.number().nonnegative().optional().describe("Of all clips that were decoded."),
    wasm_heap_bytes: bytes.optional(),
    held_buffer_bytes: bytes.optional(),
    read_weight_bytes: bytes.optional().describe("Weights that were not in memory."),
    ledger_bytes: bytes.optional().describe("On Workers: what the isolate holds."),
    ledger_peak_bytes: bytes.optional().describe("On Workers: the most that it has held."),
  })
  .meta({ title: "The log line of a request" });

/** A line without its time, which the log adds. */
export type RequestLine = Omit<z.output<typeof RequestLineSchema>, "time"> & LogEntry;

/** What a cost adds to a line; of stages that compute nothing where the clock stands still meanwhile. */
export function costFields(cost: Cost, clockAdvances: boolean) {
  const { stageMs, memory } = cost;
  return {
    ...(cost.isKept && { kept: true as const }),
    ...(cost.audioSeconds > 0 && {
      ...(clockAdvances && {
        decode_ms: tenths(stageMs.decode),
        resample_ms: tenths(stageMs.resample),
      }),
      audio_seconds: Math.round(cost.audioSeconds * 1000) / 1000,
    }),
    ...(memory && {
      queue_ms: tenths(stageMs.queue),
      model_load_ms: tenths(stageMs["model-load"]),
      ...(clockAdvances && { compute_ms: tenths(stageMs.frontend + stageMs.layers) }),
      wasm_heap_bytes: memory.wasmHeapBytes,
      held_buffer_bytes: memory.heldBufferBytes,
      read_weight_bytes: memory.readWeightBytes,
    }),
    store_ms: tenths(stageMs.store),
  };
}

function tenths(value: number): number {
  return Math.round(Math.max(0, value) * 10) / 10;
}
