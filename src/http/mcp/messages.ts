/** Messages of the Model Context Protocol: JSON-RPC 2.0 (https://modelcontextprotocol.io/specification/2025-06-18). */
import type { Context } from "hono";
import { UndertoneError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { PROBLEM_TYPES } from "../answer/problem-types.ts";
import type { AppEnv } from "../context.ts";
import { type Arguments, TOOLS } from "./tools.ts";

/** Newest first. */
export const PROTOCOL_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26"] as const;

const SERVER_INFO = { name: "undertone", version: "1" };

/** JSON-RPC 2.0, section 5.1. */
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/** A request, or a notification, which has no id. */
interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: string | number;
  readonly method: string;
  readonly params?: Arguments;
}

/**
 * Answers one message; `null` for a notification or an answer, which want none.
 * @throws whatever is no `UndertoneError`, and errors of the service rather than of what was asked
 */
export async function answerMessage(
  platform: Platform,
  c: Context<AppEnv>,
  message: unknown,
): Promise<object | null> {
  if (!isMessage(message)) {
    return isAnswer(message)
      ? null
      : failed(null, INVALID_REQUEST, "This is no JSON-RPC 2.0 message.");
  }
  const { id = null, method, params = {} } = message;
  if (id === null) return null;
  const result = (members: object) => ({ jsonrpc: "2.0", id, result: members });
  switch (method) {
    case "initialize":
      return result(initialized(params));
    case "ping":
      return result({});
    case "tools/list":
      return result({ tools: Object.entries(TOOLS).map(listed) });
    case "tools/call": {
      const { name, arguments: given = {} } = params;
      const tool = typeof name === "string" && Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
      if (tool === undefined || !isObject(given)) {
        const known = Object.keys(TOOLS).join(", ");
        return failed(
          id,
          INVALID_PARAMS,
          `Name one of the tools ${known}, with an object of arguments.`,
        );
      }
      return result(await called(() => tool.call(platform, c, given)));
    }
    default:
      return failed(id, METHOD_NOT_FOUND, `There is no method ${method.slice(0, 80)}.`);
  }
}

function initialized({ protocolVersion: asked }: Arguments) {
  return {
    protocolVersion: PROTOCOL_VERSIONS.find((known) => known === asked) ?? PROTOCOL_VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: SERVER_INFO,
    instructions: "Clips are https URLs, data: URLs or base64. GET /v1/models lists the models.",
  };
}

function listed([name, { description, inputSchema }]: readonly [string, (typeof TOOLS)[string]]) {
  return { name, description, inputSchema, annotations: { readOnlyHint: true } };
}

/** What is wrong with a call is told to the model that made it, which may mend it. */
async function called(call: () => Promise<object>) {
  try {
    const answer = await call();
    return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
  } catch (error) {
    if (!(error instanceof UndertoneError) || PROBLEM_TYPES[error.slug].status >= 500) throw error;
    return { content: [{ type: "text", text: `${error.slug}: ${error.message}` }], isError: true };
  }
}

function failed(id: string | number | null, code: number, message: string) {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value.jsonrpc !== "2.0" || typeof value.method !== "string") return false;
  const { id, params } = value;
  const hasId = ["string", "number", "undefined"].includes(typeof id);
  return hasId && (params === undefined || isObject(params));
}

function isAnswer(value: unknown): boolean {
  return isObject(value) && value.jsonrpc === "2.0" && ("result" in value || "error" in value);
}

function isObject(value: unknown): value is Arguments {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
