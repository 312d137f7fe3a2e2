/** Fetches a clip from a URL that a user gave. */
import { UndertoneError } from "../errors.ts";
import { urlNotAllowed } from "./check-url.ts";
import type { OutboundRequest, SendRequest } from "./send.ts";

/** The limits of a fetch. */
export interface FetchLimits {
  readonly maxBytes: number;
  /** From the first request to the last byte, redirects included. */
  readonly timeoutMs: number;
  /** Without a byte the other side is given up after so long; it has all of the time if left out. */
  readonly stallMs?: number | undefined;
  /** Ends the fetch early. */
  readonly signal?: AbortSignal | undefined;
}

const MAX_REDIRECTS = 3;
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];
/** Answers that another try may change (RFC 9110 §15.5, RFC 6585); so may all of 500 and above. */
const TRANSIENT_STATUSES = [408, 425, 429];

/** Bytes are wanted as they are stored: no type is asked for, for none would be trusted. */
const REQUEST: Omit<OutboundRequest, "url"> = {
  method: "GET",
  headers: { Accept: "*/*", "Accept-Encoding": "identity", "User-Agent": "Undertone" },
};

/**
 * The bytes at `url` as they arrive; the request is sent for the first of them. Up to three redirects are followed, each
 * checked as the first address was. Nothing that the other side sends becomes part of an error but its status. Who stops
 * early ends the connection.
 * @throws UndertoneError `url-not-allowed` here or after a redirect; `url-refused` where trying again would not help;
 *   `url-unreachable` where it may; `clip-too-large`, before more than `maxBytes` are given out.
 */
export async function* fetchPieces(
  url: string,
  send: SendRequest,
  { maxBytes, timeoutMs, stallMs, signal: given }: FetchLimits,
): AsyncGenerator<Uint8Array> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const stall = stallWatch(stallMs);
  const signals = [timeout, stall.signal, ...(given === undefined ? [] : [given])];
  const signal = AbortSignal.any(signals);
  try {
    const answer = await followRedirects(url, send, signal);
    for await (const piece of readAnswer(answer, maxBytes, signal)) {
      stall.pause();
      yield piece;
      stall.resume();
    }
  } catch (error) {
    if (error instanceof UndertoneError) throw error;
    if (stall.signal.aborted) {
      throw unreachable(
        `sent nothing for ${(stallMs ?? 0) / 1000} s, in the middle of the clip`,
        error,
      );
    }
    throw unreachable(
      timeout.aborted ? `did not give the clip within ${timeoutMs / 1000} s` : "did not answer",
      error,
    );
  } finally {
    stall.pause();
  }
}

/** A signal that is aborted once nothing has come for `stallMs`; the time in which nobody asks does not count. */
function stallWatch(stallMs: number | undefined) {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const resume = () => {
    if (stallMs !== undefined) timer = setTimeout(() => controller.abort(), stallMs);
  };
  resume();
  return { signal: controller.signal, resume, pause: () => clearTimeout(timer) };
}

async function followRedirects(
  first: string,
  send: SendRequest,
  signal: AbortSignal,
): Promise<Response> {
  let url = first;
  for (let followed = 0; ; followed++) {
    const answer = await send({ url, ...REQUEST }, signal);
    if (!REDIRECT_STATUSES.includes(answer.status)) return answer;
    await answer.body?.cancel();
    if (followed === MAX_REDIRECTS) throw refused(`redirects more than ${MAX_REDIRECTS} times`);
    url = redirectTarget(answer, url);
  }
}

function redirectTarget(answer: Response, base: string): string {
  const location = answer.headers.get("Location");
  if (location === null) throw refused("redirects to nowhere");
  const target = URL.parse(location, base);
  if (target === null) throw urlNotAllowed("redirects to what cannot be parsed");
  return target.href;
}

async function* readAnswer(
  answer: Response,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    requireClip(answer);
    if (Number(answer.headers.get("Content-Length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  } catch (error) {
    await answer.body?.cancel();
    throw error;
  }
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  const end = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", end);
  try {
    // No declared length is to be believed, and compressed answers declare another one.
    for (let passedBytes = 0; ; ) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      passedBytes += value.length;
      if (passedBytes > maxBytes) throw tooLarge(maxBytes);
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", end);
    await end();
  }
}

function requireClip({ status }: Response): void {
  if (status >= 500 || TRANSIENT_STATUSES.includes(status)) {
    throw unreachable(`answered with status ${status}`);
  }
  if (status !== 200) throw refused(`answers with status ${status}`);
}

function refused(reason: string): UndertoneError {
  return new UndertoneError(
    "url-refused",
    `The server of the URL ${reason}. Check that the URL gives the clip to whoever asks, without logging in.`,
  );
}

function unreachable(reason: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "url-unreachable",
    `The server of the URL ${reason}. Try again later, or upload the clip.`,
    {},
    { cause },
  );
}

function tooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "clip-too-large",
    `The URL gives more than the ${maxBytes} bytes that this service takes. Give a shorter clip.`,
    { maxBytes },
  );
}
