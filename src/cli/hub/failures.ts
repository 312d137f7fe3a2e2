/** Failures of hub requests: permanent or transient. */
import { UndertoneError } from "../../errors.ts";

/** A failure that may be over when one asks again. */
export class PassingFailure extends Error {
  /** The message otherwise. */
  readonly error: UndertoneError;
  /** The delay that the hub asked for; `null` if none. */
  readonly retryAfterMs: number | null;

  constructor(error: UndertoneError, retryAfterMs: number | null = null) {
    super(error.message, { cause: error });
    this.name = "PassingFailure";
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The hub, or who it redirected to, did not answer or broke off. Addresses of redirects are signed, so only the host is named. */
export function unreachable(host: string, reason: string, cause?: unknown): PassingFailure {
  return new PassingFailure(
    new UndertoneError(
      "hub-unavailable",
      `${host} ${reason}; try again, or set HF_HUB_OFFLINE=1 to use what is cached.`,
      { host },
      { cause },
    ),
  );
}

/** The error that a status other than success or redirection is; passing ones for 408, 429 and the 500s. */
export function failureOf(response: Response, host: string, what: string): Error {
  const { status } = response;
  if (status === 401 || status === 403) {
    return new UndertoneError(
      "hub-refused",
      `${host} answered ${status} for ${what}: it is private, gated or not there. Accept its conditions on the hub and set HF_TOKEN to a token that may read it.`,
      { status },
    );
  }
  if (status === 404) {
    return new UndertoneError(
      "hub-not-found",
      `${host} has no ${what}; check the model's name and revision.`,
      { status },
    );
  }
  const error = new UndertoneError(
    "hub-unavailable",
    `${host} answered ${status} for ${what}; try again later.`,
    { status },
  );
  const isPassing = status === 408 || status === 429 || status >= 500;
  return isPassing ? new PassingFailure(error, retryAfterMs(response)) : error;
}

function retryAfterMs(response: Response): number | null {
  const text = response.headers.get("retry-after");
  if (text === null) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
}
