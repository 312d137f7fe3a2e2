/** Measurements of requests and messages. */
import type { ErrorSlug } from "../errors.ts";
import { type Cost, STAGES, WAITING_STAGES } from "./cost.ts";
import type { Metrics } from "./metrics.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** A request once its answer was sent. */
export interface AnsweredRequest {
  /** The pattern of its route; `null` if none matched. */
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  readonly isCold: boolean;
  /** The slug of a refused one. */
  readonly problem: ErrorSlug | undefined;
}

/** Records a request; clients choose none of the labels, so that there are not more of them than the service has. */
export function recordRequest(metrics: Metrics, request: AnsweredRequest): void {
  const route = request.route ?? "none";
  const method = METHODS.includes(request.method) ? request.method : "other";
  const status = String(request.status);
  metrics.count("undertone_requests_total", { route, method, status });
  metrics.observe("undertone_request_duration_seconds", { route }, request.durationMs / 1000);
  if (request.isCold) metrics.count("undertone_cold_starts_total", {});
  if (request.problem !== undefined) {
    metrics.count("undertone_problems_total", { slug: request.problem });
  }
}

/** Records what a request or message that decoded or computed has cost. */
export function recordCost(metrics: Metrics, cost: Cost, clockAdvances: boolean): void {
  const { stageMs, memory, modelId, audioSeconds, isKept } = cost;
  if (isKept) metrics.count("undertone_results_total", { outcome: "kept" });
  if (memory === null || modelId === null) return;
  const stages = STAGES.filter((stage) => clockAdvances || WAITING_STAGES.includes(stage));
  for (const stage of stages) {
    metrics.observe("undertone_stage_duration_seconds", { stage }, stageMs[stage] / 1000);
  }
  const model = modelId;
  metrics.count("undertone_results_total", { outcome: "computed" });
  metrics.count("undertone_audio_seconds_total", { model }, audioSeconds);
  metrics.count("undertone_read_weight_bytes_total", { model }, memory.readWeightBytes);
}
