/** Accounts for each request: its cost in the answer's headers and in one log line, which never holds what was sent. */
import type { Context, HonoRequest, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Platform } from "../../platform/platform.ts";
import { type Cost, createCost } from "../../telemetry/cost.ts";
import { recordCost, recordRequest } from "../../telemetry/record.ts";
import type { Span } from "../../telemetry/traces/span.ts";
import { costFields, type RequestLine } from "../answer/request-line.ts";
import { serverTiming } from "../answer/server-timing.ts";
import type { AppEnv, StreamEnd } from "../context.ts";

/** What is known of a request once its answer is ready. */
interface Answered {
  readonly cost: Cost;
  readonly isCold: boolean;
  readonly startMs: number;
  readonly readyMs: number;
  /** `undefined` if it is not traced. */
  readonly span: Span | undefined;
}

/** What monitoring asks every few seconds: neither traced nor counted among the requests of a region. */
const MONITORED_PATHS = ["/healthz", "/readyz", "/metrics"];

/** How long it took to refuse a key, a link or a signature could tell what of it was right. */
const CREDENTIALS_REFUSED: readonly number[] = [401, 403];

/** What a service answers that is not ready is asked for every few seconds, and is no failure. */
function levelOf({ path }: HonoRequest, status: number): RequestLine["level"] {
  const isNotReady = status === 503 && path === "/readyz";
  return status >= 500 && !isNotReady ? "error" : "info";
}

/** Says in each answer where it was made and what it waited for, and logs the request once its answer is sent. */
export function accountRequests(platform: Platform): MiddlewareHandler<AppEnv> {
  const { telemetry, inspection } = platform;
  return async (c, next) => {
    const startMs = performance.now();
    const { isCold } = inspection.life();
    const cost = createCost();
    const span = beginSpan(platform, c);
    await telemetry.charge(cost, next, span);
    const answered = { cost, isCold, startMs, readyMs: performance.now(), span };
    setHeaders(platform, c, answered);
    const account = (end?: StreamEnd) => {
      const line = requestLine(platform, c, answered, end);
      platform.log(line);
      measure(platform, c, answered);
      noteRegionally(platform, c, answered);
      endSpan(c, answered, line);
    };
    const sent = c.get("sent");
    if (sent === undefined) return account();
    if (c.req.method !== "HEAD") return void sent.then(account);
    // Hono sends none of it, and would leave it open.
    await c.res.body?.cancel();
    account();
  };
}

function setHeaders(platform: Platform, c: Context<AppEnv>, answered: Answered): void {
  const { headers } = c.res;
  const { region } = platform.settings;
  const colo = platform.coloOf(c.req.raw);
  if (region !== "") headers.set("X-Undertone-Region", region);
  if (colo !== null) headers.set("X-Undertone-Colo", colo);
  const { cost, isCold, startMs, readyMs } = answered;
  const clockAdvances = platform.clockAdvancesDuringComputation;
  const time = { totalMs: readyMs - startMs, isCold, clockAdvances };
  if (!CREDENTIALS_REFUSED.includes(c.res.status)) {
    headers.set("Server-Timing", serverTiming(cost, time));
  }
}

function measure(platform: Platform, c: Context<AppEnv>, answered: Answered): void {
  const { telemetry, clockAdvancesDuringComputation } = platform;
  recordRequest(telemetry.metrics, {
    route: routeOf(c),
    method: c.req.method,
    status: c.res.status,
    durationMs: performance.now() - answered.startMs,
    isCold: answered.isCold,
    problem: c.get("problem"),
  });
  recordCost(telemetry.metrics, answered.cost, clockAdvancesDuringComputation);
}

function noteRegionally(platform: Platform, c: Context<AppEnv>, answered: Answered): void {
  if (MONITORED_PATHS.includes(c.req.path)) return;
  const { cost, startMs, readyMs, isCold } = answered;
  platform.regions.note({
    colo: platform.coloOf(c.req.raw),
    durationMs: readyMs - startMs,
    isOfClip: cost.computations > 0 || cost.audioSeconds > 0 || cost.isKept,
    isCold,
    isError: c.res.status >= 500,
  });
}

/** The pattern of the request's route; `null` if none matched. */
function routeOf(c: Context<AppEnv>): string | null {
  return matchedRoutes(c).find(({ path }) => path !== "/*")?.path ?? null;
}

function beginSpan({ telemetry }: Platform, c: Context<AppEnv>): Span | undefined {
  if (telemetry.tracer === null || MONITORED_PATHS.includes(c.req.path)) return undefined;
  return telemetry.tracer.begin(
    { name: c.req.method, kind: "server" },
    c.req.header("traceparent"),
  );
}

/** Names by OpenTelemetry's conventions for HTTP; the path may hold no more than ids. */
function endSpan(c: Context<AppEnv>, { span }: Answered, line: RequestLine): void {
  if (span === undefined) return;
  const route = routeOf(c);
  if (route !== null) span.rename(`${line.method} ${route}`);
  span.set({
    "http.request.method": line.method,
    "http.route": route ?? undefined,
    "http.response.status_code": line.status,
    "url.path": line.path,
    "error.type": line.problem,
    "faas.coldstart": line.cold,
    "undertone.request.id": line.request_id,
    "undertone.colo": line.colo,
    "undertone.model": line.model,
    "undertone.result.kept": line.kept,
  });
  span.end(line.status >= 500 ? (line.problem ?? String(line.status)) : null);
}

function requestLine(
  platform: Platform,
  c: Context<AppEnv>,
  { cost, isCold, startMs, readyMs, span }: Answered,
  end: StreamEnd | undefined,
): RequestLine {
  const { ledger, inspection, settings } = platform;
  const model = c.get("model");
  const problem = c.get("problem");
  const key = c.get("caller")?.keyId;
  const colo = platform.coloOf(c.req.raw);
  const { version } = inspection.life();
  return {
    level: levelOf(c.req, c.res.status),
    event: "request",
    request_id: c.get("requestId"),
    ...(span?.context.isSampled && { trace_id: span.context.traceId }),
    method: c.req.method,
    path: c.req.path,
    status: c.res.status,
    duration_ms: Math.round(performance.now() - startMs),
    ...(end !== undefined && { first_byte_ms: Math.round(readyMs - startMs) }),
    ...(end === "cut-off" && { cut_off: true as const }),
    ...(colo && { colo }),
    ...(settings.region && { region: settings.region }),
    ...(version && { version }),
    cold: isCold,
    ...(key && { key_id: key }),
    ...(problem && { problem }),
    ...(model && { model: model.id, weights: model.weights }),
    ...costFields(cost, platform.clockAdvancesDuringComputation),
    ...(Number.isFinite(ledger.maxBytes) && {
      ledger_bytes: Math.round(ledger.heldBytes()),
      ledger_peak_bytes: Math.round(ledger.peakBytes()),
    }),
  };
}
