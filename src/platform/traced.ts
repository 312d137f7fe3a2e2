/** Calls of services as spans of the request or message that they are made for. */
import type { SendRequest } from "../outbound/send.ts";
import type { EdgeCache } from "../store/edge-cache.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { writeTraceparent } from "../telemetry/traces/context.ts";
import { spanning } from "../telemetry/traces/span.ts";

/** The same service, each call of whose methods is a span by the name of both; the service itself if nothing is traced. */
export function traceService<Service extends object>(
  name: string,
  service: Service,
  telemetry: Telemetry,
): Service {
  if (telemetry.tracer === null) return service;
  const members = Object.entries(service).map(([method, member]) => {
    if (typeof member !== "function") return [method, member];
    const traced = (...args: unknown[]) => {
      const span = telemetry.span()?.child(`${name} ${method}`, "client");
      if (span === undefined) return member(...args);
      // What a service asks of another one is below its own span.
      return spanning(span, () => telemetry.within(span, () => member(...args)));
    };
    return [method, traced];
  });
  return Object.fromEntries(members);
}

/** The same cache; reads say whether it had what was looked for. */
export function traceCache(cache: EdgeCache, telemetry: Telemetry): EdgeCache {
  if (telemetry.tracer === null) return cache;
  const begin = (method: string) => telemetry.span()?.child(`cache ${method}`, "client");
  return {
    match(request, options) {
      const span = begin("match");
      return spanning(span, async () => {
        const found = await cache.match(request, options);
        span?.set({ "undertone.cache.hit": found !== undefined });
        return found;
      });
    },
    put: (request, response) => spanning(begin("put"), () => cache.put(request, response)),
    delete: (request, options) => spanning(begin("delete"), () => cache.delete(request, options)),
  };
}

/** The same for deliveries: each is a span, which its receiver is told of by `traceparent`. */
export function traceDeliveries(send: SendRequest, telemetry: Telemetry): SendRequest {
  return (request, signal) => {
    const span = telemetry.span()?.child(request.method, "client", {
      "http.request.method": request.method,
      "server.address": URL.parse(request.url)?.hostname,
    });
    if (span === undefined) return send(request, signal);
    const headers = { ...request.headers, traceparent: writeTraceparent(span.context) };
    return spanning(span, async () => {
      const answer = await send({ ...request, headers }, signal);
      span.set({ "http.response.status_code": answer.status });
      return answer;
    });
  };
}
