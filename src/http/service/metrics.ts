/** GET /metrics: the metrics of a Node server, as Prometheus reads them. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { readGauges } from "../../platform/gauges.ts";
import { createMemory } from "../../remember.ts";
import { keyWith } from "../access/access.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";

/** Rows are counted once in this time, however often it is asked. */
const REMEMBER_MS = 1000;

/**
 * Answers with all metrics in text.
 * @throws UndertoneError `not-found` where there are none to read, as on Workers
 */
export const getMetrics = endpoint({
  route: {
    method: "get",
    path: "/metrics",
    operationId: "getMetrics",
    summary: "Gets the metrics of a Node server as Prometheus reads them",
    description: `Gauges are read at most once in ${REMEMBER_MS / 1000} s.`,
    tags: ["service"],
    responses: {
      200: {
        description: "The text format of Prometheus",
        content: { "text/plain": { schema: z.string() } },
      },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("metrics"),
  handle(platform) {
    const { metricsPage } = platform;
    const remembered = createMemory<true>({ forMs: REMEMBER_MS, most: 1, now: platform.now });
    const readOnce = () =>
      remembered.recall("gauges", async () => {
        await readGauges(platform);
        return true as const;
      });
    return async (c) => {
      if (metricsPage === null) {
        throw new UndertoneError(
          "not-found",
          "There are no metrics to read here: those of Workers are in Analytics Engine.",
        );
      }
      await readOnce();
      return c.text(await metricsPage.text(), 200, { "Content-Type": metricsPage.contentType });
    };
  },
});
