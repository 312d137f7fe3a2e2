/** Sends requests again where that may help. */
import { retryAfterSeconds, UnreachableError } from "./errors.ts";

/** How requests are sent. */
export interface RetryTerms {
  fetch(request: Request): Promise<Response>;
  /** The most tries of one request. */
  readonly tries: number;
  /** A service that asks for a longer pause is not asked again. */
  readonly longestPauseSeconds: number;
}

/** A body that can be sent again; `null` stands for one that cannot, such as a stream. */
export type RepeatableBody = Blob | Uint8Array<ArrayBuffer> | null;

/** The service has refused these before it did anything. */
const REFUSED = [425, 429, 503];
/** What the service had begun may have been done: only what may be done twice is sent again. */
const UNCERTAIN = [408, 500, 502, 504];
/** Computing twice gives the same, and so do these methods (RFC 9110 §9.2.2). */
const REPEATABLE_PATHS =
  /\/v1\/(features|embeddings|comparisons|transcriptions|classifications|diarizations|audio\/\w+)$/;
const REPEATABLE_METHODS = ["GET", "HEAD", "PUT", "DELETE"];

const FIRST_PAUSE_SECONDS = 0.5;

/**
 * Sends a request up to `tries` times, with the pauses that Retry-After asks for, and gives the last answer.
 * @param body what the request's body was made of, where that can be sent again
 * @throws UnreachableError if no answer came; the signal's reason once it is aborted.
 */
export async function sendWithRetries(
  terms: RetryTerms,
  request: Request,
  body?: RepeatableBody,
): Promise<Response> {
  const again = await repetitionOf(request, body);
  for (let tries = 1; ; tries++) {
    const isLast = again === null || tries >= terms.tries;
    const answer = await terms.fetch(again === null ? request : again()).catch(asError);
    request.signal.throwIfAborted();
    const seconds = isLast ? null : pauseBefore(answer, request, tries, terms);
    if (seconds === null && answer instanceof Error) {
      throw new UnreachableError(request.url, answer);
    }
    if (seconds === null) return answer as Response;
    if (answer instanceof Response) await answer.body?.cancel();
    await pause(seconds, request.signal);
  }
}

/** Makes the request anew for each try; `null` if it can be sent only once. */
async function repetitionOf(
  request: Request,
  body: RepeatableBody | undefined,
): Promise<(() => Request) | null> {
  if (body === null) return null;
  const { url, method, headers, signal } = request;
  if (body !== undefined) return () => new Request(url, { method, headers, signal, body });
  if (request.body === null) return () => request.clone();
  const isText = /json/.test(headers.get("Content-Type") ?? "");
  // Other bodies may be long, and repeating them would hold them in memory.
  if (!isText) return null;
  const text = await request.text();
  return () => new Request(url, { method, headers, signal, body: text });
}

/** Seconds until the next try; `null` if there should be none. */
function pauseBefore(
  answer: Response | Error,
  request: Request,
  tries: number,
  { longestPauseSeconds }: RetryTerms,
): number | null {
  if (!mayPass(answer, request)) return null;
  const asked = answer instanceof Response ? retryAfterSeconds(answer.headers) : null;
  if (asked !== null && asked > longestPauseSeconds) return null;
  // A random half is left out, so that many clients do not ask at once.
  const doubled = FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * (1 - Math.random() / 2);
  return asked ?? Math.min(doubled, longestPauseSeconds);
}

function mayPass(answer: Response | Error, request: Request): boolean {
  if (answer instanceof Response && REFUSED.includes(answer.status)) return true;
  const isUncertain = answer instanceof Error || UNCERTAIN.includes(answer.status);
  if (isUncertain) return isRepeatable(request);
  // The first request with this Idempotency-Key is under way, or a result is.
  return answer.status === 409 && answer.headers.has("Retry-After");
}

function isRepeatable({ method, headers, url }: Request): boolean {
  return (
    REPEATABLE_METHODS.includes(method) ||
    headers.has("Idempotency-Key") ||
    REPEATABLE_PATHS.test(new URL(url).pathname)
  );
}

/** Settles after `seconds`; rejects with the reason of `signal` once that is aborted. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
  });
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
