/** What calls of a service fail with. */
import type { Schemas } from "./api.ts";

/** Slugs of what a client asks for that a service does not have: requests of this client are what its document has. */
const UNKNOWN_TO_SERVICE = new Set(["not-found", "unknown-option"]);
const OLDER_SERVICE =
  "If this client has it, the service is older than the client: update the service, or take the client of its version.";

/** A refusal of the service (RFC 9457): `slug` is stable, `message` says what to do. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  /** The HTTP status. */
  readonly status: number;
  /** The last part of the problem's type, such as `not-audio`; `null` if something else than the service answered. */
  readonly slug: string | null;
  /** What went wrong and what to do about it; `message` adds to it what an older service does not know of. */
  readonly detail: string;
  /** The request's id, which the service's log has too. */
  readonly requestId: string | null;
  /** Seconds after which another try may succeed; `null` if the answer does not say. */
  readonly retryAfterSeconds: number | null;
  /** Every member of the problem, those of its type among them. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(response: Response, body: unknown) {
    const problem = isRecord(body) ? body : {};
    const detail = typeof problem.detail === "string" ? problem.detail : withoutReason(response);
    const slug = slugOf(problem.type);
    super(slug !== null && UNKNOWN_TO_SERVICE.has(slug) ? `${detail} ${OLDER_SERVICE}` : detail);
    this.detail = detail;
    this.status = response.status;
    this.slug = slug;
    this.requestId = response.headers.get("X-Request-Id");
    this.retryAfterSeconds = retryAfterSeconds(response.headers);
    this.problem = problem;
  }
}

/** The service could not be reached; `cause` is what `fetch` threw. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(url: string, cause: unknown) {
    super(
      `${new URL(url).origin} cannot be reached. Check the address, and that the service runs.`,
      { cause },
    );
  }
}

/** What openapi-fetch gives for a request. */
export interface Answered<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The data of an answer.
 * @throws ServiceError if it is a refusal
 */
export function dataOf<Data>({ data, error, response }: Answered<Data>): Data {
  if (!response.ok) throw new ServiceError(response, error);
  return data as Data;
}

/** The seconds of Retry-After, which has them or a date (RFC 9110 §10.2.3); `null` without one. */
export function retryAfterSeconds(headers: Headers, nowMs: number = Date.now()): number | null {
  const text = headers.get("Retry-After");
  if (text === null) return null;
  if (/^\d+$/.test(text)) return Number(text);
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, (atMs - nowMs) / 1000);
}

/** The document has it as a type such as `/problems/not-audio`, and each problem of a job as well. */
export type Problem = Schemas["Problem"];

function slugOf(type: unknown): string | null {
  const [, slug] = /\/problems\/([a-z0-9-]+)$/.exec(typeof type === "string" ? type : "") ?? [];
  return slug ?? null;
}

function withoutReason({ status, url }: Response): string {
  return `${url} answers ${status} without a reason. Check that the address is that of an Undertone service.`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
