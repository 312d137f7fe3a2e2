/** The Worker in front of regions: sends each request to the region that it belongs to, or to the nearest that is well. */
import { UndertoneError } from "../errors.ts";
import type { LogEntry } from "../log.ts";
import { judge } from "./health.ts";
import { createBodyHolder, type HeldBody, type HoldLimits } from "./held-body.ts";
import type { Region } from "./list.ts";
import type { Origin, RegionRouter } from "./router.ts";
import { targetOf, withoutRegion } from "./target.ts";

/** The parts of a front. */
export interface FrontParts {
  readonly router: RegionRouter;
  readonly hold: HoldLimits;
  /** Where a request comes from. */
  originOf(request: Request): Origin;
  /** Asks a region; rejects if it cannot be reached or dies. */
  send(region: Region, request: Request): Promise<Response>;
  /** The same request with another address and body. */
  rewrite(request: Request, url: URL, body: ReadableStream<Uint8Array> | null): Request;
  log(entry: LogEntry): void;
}

/** An answer, and the region that gave it. */
export interface RegionalAnswer {
  readonly region: Region;
  readonly response: Response;
}

/** One try: its answer, which is `null` if there was none, and why the region is unwell; `null` if it is not. */
interface Try {
  readonly response: Response | null;
  readonly reason: string | null;
}

/**
 * Makes the front of some regions. It rejects with
 * `unknown-region`, or `region-unavailable` if the one region that may answer is unwell, or two that may did not answer.
 */
export function createFront(parts: FrontParts): (request: Request) => Promise<RegionalAnswer> {
  const { router } = parts;
  const hold = createBodyHolder(parts.hold);
  return async (request) => {
    const target = targetOf(new URL(request.url), request.headers.get("Authorization"));
    if (target.kind === "any") return answerByAny(parts, request, hold(request));
    const region = target.kind === "one" ? router.named(target.region) : router.fallback;
    if (region === null) throw unknownRegion();
    return answerByOne(parts, request, region);
  };
}

async function answerByOne(
  parts: FrontParts,
  request: Request,
  region: Region,
): Promise<RegionalAnswer> {
  const { response, reason } = await tryRegion(parts, request, region, request.body);
  if (response !== null && reason === null) return { region, response };
  throw new UndertoneError(
    "region-unavailable",
    `The region ${region.name}, the only one that may answer this request, is unavailable (${reason}); nothing was sent elsewhere. Send the request again in a moment.`,
    { region: region.name, reason },
  );
}

/** Two regions at most are asked: a clip that takes its isolate with it must not take one of each region. */
async function answerByAny(
  parts: FrontParts,
  request: Request,
  body: HeldBody,
): Promise<RegionalAnswer> {
  const [first, second] = parts.router.orderFor(parts.originOf(request));
  try {
    const tried = await tryRegion(parts, request, first, body.stream());
    const isRepeated = tried.reason !== null && second !== undefined && body.isHeld;
    const region = isRepeated ? second : first;
    const last = isRepeated ? await tryRegion(parts, request, second, body.stream()) : tried;
    // What an unwell region says helps more than what could be said here.
    if (last.response !== null) return { region, response: last.response };
    throw new UndertoneError(
      "region-unavailable",
      `The region ${region.name} does not answer. Send the request again: it will go to another one.`,
      { region: region.name, reason: last.reason, retryAfterSeconds: 1 },
    );
  } finally {
    body.release();
  }
}

async function tryRegion(
  { router, send, rewrite, log }: FrontParts,
  request: Request,
  region: Region,
  body: ReadableStream<Uint8Array> | null,
): Promise<Try> {
  const url = withoutRegion(new URL(request.url));
  const { response, reason } = await send(region, rewrite(request, url, body)).then(
    judge,
    (error) => {
      // Its client has left; that says nothing of the region.
      if (request.signal.aborted) throw error;
      return { response: null, reason: "unreachable" };
    },
  );
  if (reason === null) router.noteSuccess(region.name);
  else {
    router.noteFailure(region.name);
    log({ level: "error", event: "region-failed", region: region.name, reason });
  }
  return { response, reason };
}

function unknownRegion(): UndertoneError {
  return new UndertoneError(
    "unknown-region",
    "The region that the key is bound to, or that `region` names, is none of this service: nothing was sent anywhere. Ask its operator for another key, or leave `region` out.",
  );
}
