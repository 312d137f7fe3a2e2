/** One request to the hub: the token goes to the hub alone, redirects are followed by hand. */
import { unreachable } from "./failures.ts";
import { redirectTarget } from "./redirect.ts";
import type { HubSettings } from "./settings.ts";

const MAX_REDIRECTS = 5;

/** A request, and which redirects to follow. */
export interface HubRequest {
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Decides whether to follow the redirect in `response`; all are followed if left out. */
  follows?(response: Response, isSameHost: boolean): boolean;
}

/** An answer, and those that redirected to it. */
export interface HubAnswer {
  readonly response: Response;
  /** The host that gave it. */
  readonly host: string;
  readonly redirects: readonly Response[];
}

/**
 * Sends a request to `url`, an address of the hub, and follows redirects.
 * @throws PassingFailure `hub-unavailable` if no answer begins in time; UndertoneError for redirects that lead nowhere.
 */
export async function askHub(
  url: string,
  settings: HubSettings,
  request: HubRequest,
): Promise<HubAnswer> {
  const redirects: Response[] = [];
  let target = new URL(url);
  while (true) {
    const response = await send(target, settings, request);
    const location = response.headers.get("location");
    const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
    if (!isRedirect) return { response, host: target.host, redirects };
    const next = redirectTarget(location, target);
    if (redirects.length === MAX_REDIRECTS) {
      throw unreachable(target.host, `redirects more than ${MAX_REDIRECTS} times`).error;
    }
    const isSameHost = next.origin === new URL(settings.endpoint).origin;
    if (request.follows?.(response, isSameHost) === false) {
      return { response, host: target.host, redirects };
    }
    await response.body?.cancel();
    redirects.push(response);
    target = next;
  }
}

async function send(
  target: URL,
  settings: HubSettings,
  { method, headers, signal }: HubRequest,
): Promise<Response> {
  const isHub = target.origin === new URL(settings.endpoint).origin;
  const authorization = isHub && settings.token !== null ? `Bearer ${settings.token}` : null;
  const answered = new AbortController();
  const timer = setTimeout(() => answered.abort(), settings.answerTimeoutMs);
  try {
    return await fetch(target, {
      method,
      redirect: "manual",
      headers: {
        // A compressed body would be of another size, and have other ranges, than the file.
        "Accept-Encoding": "identity",
        "User-Agent": "undertone",
        ...headers,
        ...(authorization !== null && { Authorization: authorization }),
      },
      signal: AbortSignal.any([answered.signal, ...(signal ? [signal] : [])]),
    });
  } catch (cause) {
    const seconds = settings.answerTimeoutMs / 1000;
    const reason = answered.signal.aborted
      ? `did not answer within ${seconds} s`
      : "cannot be reached";
    throw unreachable(target.host, reason, cause);
  } finally {
    clearTimeout(timer);
  }
}
