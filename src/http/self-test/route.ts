/** GET /v1/self-test: uses everything that a clip or a job needs once, and says how that went. */
import type { Check } from "../../self-test/check.ts";
import { createSelfTest } from "../../self-test/self-test.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { SelfTestSchema } from "./schema.ts";

/**
 * Answers 200 with all checks, whatever they found.
 * @throws UndertoneError `self-test-running` while another self-test runs on the same instance.
 */
export const runSelfTest = endpoint({
  route: {
    method: "get",
    path: "/v1/self-test",
    operationId: "getSelfTest",
    summary: "Tests the service: storage, queues, clock, engine and default model",
    description:
      "Takes some seconds and reads each file of the default model once. One runs at a time on an instance.",
    tags: ["service"],
    responses: {
      200: json(SelfTestSchema, "All checks, whatever they found"),
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("self-test"),
  handle(platform) {
    const selfTest = createSelfTest(platform);
    return async (c) => {
      const { status, runtime, place, beganAtMs, endedAtMs, checks } = await selfTest(c.req.raw);
      return c.json(
        {
          status,
          runtime,
          place,
          began_at: new Date(beganAtMs).toISOString(),
          ended_at: new Date(endedAtMs).toISOString(),
          checks: checks.map(describe),
        },
        200,
      );
    };
  },
});

function describe({ name, status, detail, advice, durationMs }: Check) {
  return { name, status, detail, advice, duration_ms: durationMs };
}

/** /v1/self-test. */
export const selfTest: readonly Endpoint[] = [runSelfTest];
