/** GET /v1/regions: how requests went in the last hour, by region and colo. */

import { createMemory } from "../../remember.ts";
import type { RegionSummary } from "../../telemetry/regions/regions.ts";
import { WINDOW_SECONDS } from "../../telemetry/regions/regions.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { RegionsSchema } from "./schema.ts";

/** Analytics Engine is asked once in this time, however often the service is. */
const REMEMBER_MS = 10_000;

/**
 * Answers with percentiles, cold starts and errors.
 * @throws UndertoneError what `RegionLog` throws
 */
const getRegions = endpoint({
  route: {
    method: "get",
    path: "/v1/regions",
    operationId: "getRegions",
    summary: "Gets latency, cold starts and errors of the last hour by region and colo",
    description: `Durations are those of clips, until the answer was ready. Remembered for ${REMEMBER_MS / 1000} s.`,
    tags: ["service"],
    responses: { 200: json(RegionsSchema, "The regions"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("metrics"),
  handle({ regions, now }) {
    const remembered = createMemory<RegionSummary[]>({ forMs: REMEMBER_MS, most: 1, now });
    return async (c) => {
      const summaries = await remembered.recall("regions", () => regions.read());
      c.header("Cache-Control", "no-store");
      return c.json(
        {
          window_seconds: WINDOW_SECONDS,
          source: regions.source,
          regions: summaries.map(written),
        },
        200,
      );
    };
  },
});

function written({
  region,
  colo,
  requests,
  clips,
  p50Ms,
  p95Ms,
  coldStarts,
  errors,
}: RegionSummary) {
  return {
    ...{ region, colo },
    ...{ requests: Math.round(requests), clips: Math.round(clips) },
    p50_ms: tenths(p50Ms),
    p95_ms: tenths(p95Ms),
    cold_starts: Math.round(coldStarts),
    errors: Math.round(errors),
  };
}

function tenths(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 10) / 10;
}

/** The regions. */
export const regions = [getRegions];
