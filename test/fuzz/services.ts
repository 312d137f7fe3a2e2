/** Requests to a Node server with a heap of 512 MB and to workerd, each in a process of its own. */
import type { ChildProcess } from "node:child_process";
import fc from "fast-check";
import { type Checkout, openCheckout } from "../../bench/hostile/checkout.ts";
import type { Health } from "../../bench/hostile/health-poller.ts";
import { startNodeService } from "../../bench/hostile/node-service.ts";
import { ask, startScript } from "../../bench/hostile/processes.ts";
import type { Service } from "../../bench/hostile/service.ts";
import { startWorkerdService } from "../../bench/hostile/workerd-service.ts";
import { batches } from "./requests/batches.ts";
import { described } from "./requests/described.ts";
import { forms } from "./requests/forms.ts";
import { anyHeaders } from "./requests/headers.ts";
import { type FuzzedRequest, textOf, wrongWith } from "./requests/send.ts";
import { type FuzzTarget, type OpenTarget, type Round, tryCases } from "./target.ts";

const MAX_STALL_MS = 100;
const STALL_TRIES = 3;
const MAX_RESIDENT_BYTES = 900e6;

/** Requests to a service, of which this is the OpenAPI document. */
type Requests = (document: Parameters<typeof described>[0]) => fc.Arbitrary<FuzzedRequest>;

const KINDS: Readonly<Record<string, Requests>> = {
  forms: () => forms,
  batches: () => batches,
  headers: () => anyHeaders,
  api: described,
};

/** What a Node server gets. */
export const NODE_TARGETS: readonly FuzzTarget[] = Object.entries(KINDS).map(
  ([name, requestsTo]) => ({
    name,
    open: () =>
      openService(name, (checkout) => startNodeService(checkout, { isOpen: true }), requestsTo),
  }),
);

/** What workerd gets: all kinds. */
export const WORKERD_TARGET: FuzzTarget = {
  name: "workerd",
  open: () =>
    openService("workerd", startWorkerdService, (document) =>
      fc.oneof(...Object.values(KINDS).map((requestsTo) => requestsTo(document))),
    ),
};

async function openService(
  name: string,
  start: (checkout: Checkout) => Promise<Service>,
  requestsTo: Requests,
): Promise<OpenTarget> {
  const checkout = await openCheckout();
  const service = await start(checkout);
  const document = await (await fetch(new URL("/openapi.json", service.url))).json();
  const requests = requestsTo(document);
  const base = service.url.replace(/\/$/, "");
  let longestMs = 0;
  const stalls = (stallMs: number) => service.runtime === "Node" && stallMs > MAX_STALL_MS;

  const attempt = async (seed: number, limitMs: number): Promise<Round & { stallMs: number }> => {
    const poller = await startScript("health-poller.ts", [service.url]);
    const round = await tryCases(name, requests, (given) => wrongWith(base, given), told, {
      seed,
      limitMs,
    });
    return { ...round, stallMs: await stallOf(poller) };
  };

  return {
    async round(seed, limitMs) {
      let { stallMs, ...round } = await attempt(seed, limitMs);
      // What else the machine does may have held it up: what is the service's own shows every time.
      for (
        let tries = 1;
        tries < STALL_TRIES && round.finding === null && stalls(stallMs);
        tries++
      ) {
        const again = await attempt(seed, limitMs);
        stallMs = Math.min(stallMs, again.stallMs);
        round = { cases: round.cases + again.cases, finding: again.finding };
      }
      longestMs = Math.max(longestMs, stallMs);
      if (round.finding !== null || !stalls(stallMs)) return round;
      const wrong = `/healthz waited for ${stallMs.toFixed(0)} ms while these requests were answered, ${STALL_TRIES} times`;
      const finding = { target: name, seed, wrong, case: "a round", bytes: new Uint8Array() };
      return { ...round, finding };
    },
    summary: () =>
      `longest stall ${longestMs.toFixed(0)} ms, ${(service.residentBytes() / 1e6).toFixed(0)} MB now, ${(service.peakBytes() / 1e6).toFixed(0)} MB at most`,
    async end() {
      if (!(await service.isAlive())) return "the process died";
      return service.runtime === "Node" && service.residentBytes() > MAX_RESIDENT_BYTES
        ? `it holds ${(service.residentBytes() / 1e6).toFixed(0)} MB`
        : null;
    },
    async close() {
      await service.stop();
      await checkout.remove();
    },
  };
}

const told = (given: FuzzedRequest) => ({
  text: textOf(given),
  bytes: Buffer.concat(given.pieces ?? []),
});

async function stallOf(poller: ChildProcess): Promise<number> {
  const { longestMs } = await ask<Health>(poller, {});
  return longestMs;
}
