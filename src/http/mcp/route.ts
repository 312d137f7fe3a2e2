/** POST /mcp: tools for language models by the Model Context Protocol, over its Streamable HTTP without sessions. */
import { z } from "@hono/zod-openapi";
import { MAX_HOOK_BYTES } from "../../platform/settings.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { keyWith } from "../access/access.ts";
import { JSON_TYPE, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { readJson } from "../request/json-body.ts";
import { answerMessage, PROTOCOL_VERSIONS } from "./messages.ts";

const EXAMPLE = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}';
const VERSION_HEADER = "MCP-Protocol-Version";

const MESSAGE = { type: "object", additionalProperties: true } as const;

/**
 * Answers one message; there are no sessions and no streams, so GET and DELETE are not allowed, as the protocol has it.
 * @throws UndertoneError `malformed-json`, `invalid-option` for a version that is not spoken, and what reading the body throws.
 */
const answerMcp = endpoint({
  route: {
    method: "post",
    path: "/mcp",
    operationId: "answerMcp",
    summary: "Answers a message of the Model Context Protocol",
    tags: ["service"],
    request: {
      headers: z.object({ [VERSION_HEADER.toLowerCase()]: z.string().optional() }),
      body: { required: true, content: { "application/json": { schema: MESSAGE } } },
    },
    responses: {
      200: { description: "The answer", content: { [JSON_TYPE]: { schema: MESSAGE } } },
      202: { description: "Of a notification" },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle: (platform) => async (c) => {
    const version = c.req.header(VERSION_HEADER);
    if (version !== undefined && !PROTOCOL_VERSIONS.some((known) => known === version)) {
      throw invalidOption(VERSION_HEADER, `has to be one of ${PROTOCOL_VERSIONS.join(", ")}`);
    }
    const message = await readJson(c.req.raw, c.get("bodyTerms"), EXAMPLE, MAX_HOOK_BYTES);
    const answer = await answerMessage(platform, c, message);
    if (answer === null) return c.body(null, 202);
    return c.body(JSON.stringify(answer), 200, { "Content-Type": JSON_TYPE });
  },
});

/** /mcp. */
export const mcp: readonly Endpoint[] = [answerMcp];
