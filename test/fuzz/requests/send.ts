/** Requests that are sent as they are, body in pieces, and how their answers are judged. */
import { Agent, request } from "node:http";
import type { WrittenCase } from "../findings/finding.ts";
import type { Judge } from "./document.ts";

export interface FuzzedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The path of its operation in the OpenAPI document, where it was made by that. */
  readonly operation?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body, each sent as a chunk; no body if left out. */
  readonly pieces?: readonly Uint8Array[];
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Also on a machine that is busy with more than this. */
const PATIENCE_MS = 30_000;
const MAX_JUDGED_CHARACTERS = 100_000;
/** Of a problem. */
const SLUG = /(?<=^\{"type":"[^"]*)\/[a-z0-9-]+(?=")/;
/** Of a request's beginning, which the server's parser of HTTP refuses by itself. */
const PARSER_STATUSES = [400, 408, 413, 431];

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Who is told of answers. */
export interface Judging {
  readonly judge: Judge;
  /** The status of every one, and the slug of its problem; `closed` if the closing of its connection cut it off. */
  answered(answer: string): void;
}

/** What is wrong with the answer to a request, or null. */
export async function wrongWith(
  url: string,
  given: FuzzedRequest,
  { judge, answered }: Judging,
): Promise<string | null> {
  const answer = await send(url, given);
  if (typeof answer === "string") return answer;
  const { status, contentType, body } = answer;
  answered(answer === CLOSED ? "closed" : `${status}${SLUG.exec(body)?.[0] ?? ""}`);
  if (answer === CLOSED) return null;
  if (status >= 500 && status !== 503) return `status ${status}: ${body.slice(0, 300)}`;
  if (given.method === "HEAD" || given.method === "OPTIONS") return null;
  if (status < 400) {
    const whole = body.length < MAX_JUDGED_CHARACTERS ? body : null;
    const judged = { status, contentType, body: whole };
    return given.operation === undefined ? null : judge(given.operation, given.method, judged);
  }
  if (PARSER_STATUSES.includes(status) && contentType === "") return null;
  if (!contentType.includes("json"))
    return `status ${status} as ${contentType}: ${body.slice(0, 200)}`;
  const { type, detail } = JSON.parse(body);
  return type === undefined || detail === undefined ? `a problem without detail: ${body}` : null;
}

/** An answer that a server which closes the connection may have cut off: what it did not read of a body makes TCP drop it. */
const CLOSED: Answer = { status: 0, contentType: "", body: "" };

/** The answer; a sentence if none came in time, or if it broke off without a body that was still being sent. */
function send(url: string, given: FuzzedRequest): Promise<Answer | string> {
  const { method, path, headers, pieces = [] } = given;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    // Without it, the body of a DELETE would stand there as the next request.
    const framed =
      given.pieces === undefined ? headers : { ...headers, "Transfer-Encoding": "chunked" };
    const broken = (error: NodeJS.ErrnoException) => {
      const isClosed = ["EPIPE", "ECONNRESET"].includes(error.code ?? "");
      if (signal.aborted) resolve(`no answer within ${PATIENCE_MS} ms`);
      else if (isClosed && pieces.length > 0) resolve(CLOSED);
      // A server may close a connection that was idle.
      else if (isClosed && sent.reusedSocket) resolve(send(url, given));
      else resolve(`the answer broke off: ${error.message}`);
    };
    const sent = request(url + path, { method, headers: framed, agent, signal }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      let body = "";
      response.setEncoding("latin1").on("data", (part) => {
        if (body.length < MAX_JUDGED_CHARACTERS) body += part;
      });
      response.on("end", () =>
        resolve({ status, contentType: answered["content-type"] ?? "", body }),
      );
      response.on("error", (error) =>
        pieces.length > 0 ? broken(error) : resolve(`the answer broke off: ${error.message}`),
      );
    });
    sent.on("error", broken);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

/** For a finding. */
export function writeRequest({ pieces, ...request }: FuzzedRequest): WrittenCase {
  if (pieces === undefined) return { request, body: null };
  const body = Buffer.concat(pieces).toString("base64");
  return { request, body, pieceBytes: pieces.map(({ length }) => length) };
}

/** Of a finding. */
export function readRequest({ request, body, pieceBytes = [] }: WrittenCase): FuzzedRequest {
  if (request === undefined) throw new Error("the finding has no request");
  if (body === null) return request;
  const bytes = new Uint8Array(Buffer.from(body, "base64"));
  let at = 0;
  const pieces = pieceBytes.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
  return { ...request, pieces };
}
