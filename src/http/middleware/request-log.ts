/** One log line per request: the address, the outcome and the time it took, never what was sent. */
import type { MiddlewareHandler } from "hono";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";

/** Logs each request once its answer is ready (a streamed body may still be on its way). */
export function logRequests(platform: Platform): MiddlewareHandler<AppEnv> {
  const { ledger } = platform;
  return async (c, next) => {
    const startMs = performance.now();
    await next();
    const durationMs = Math.round(performance.now() - startMs);
    const model = c.get("model");
    const problem = c.get("problem");
    const key = c.get("caller")?.keyId;
    const memory = c.get("memory");
    const colo = platform.coloOf(c.req.raw);
    platform.log({
      level: c.res.status >= 500 ? "error" : "info",
      event: "request",
      request_id: c.get("requestId"),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: durationMs,
      ...(colo && { colo }),
      ...(key && { key_id: key }),
      ...(problem && { problem }),
      ...(model && { model: model.id, weights: model.weights }),
      ...(memory && {
        wasm_heap_bytes: memory.wasmHeapBytes,
        held_buffer_bytes: memory.heldBufferBytes,
        read_weight_bytes: memory.readWeightBytes,
      }),
      ...(Number.isFinite(ledger.maxBytes) && {
        ledger_bytes: Math.round(ledger.heldBytes()),
        ledger_peak_bytes: Math.round(ledger.peakBytes()),
      }),
    });
  };
}
