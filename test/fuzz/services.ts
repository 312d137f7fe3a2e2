/** Requests to a Node server with a heap of 512 MB and to workerd, each in a process of its own. */
import fc from "fast-check";
import { type Checkout, openCheckout } from "../../bench/hostile/checkout.ts";
import type { Health } from "../../bench/hostile/health-poller.ts";
import { startNodeService } from "../../bench/hostile/node-service.ts";
import { startHealthPoller } from "../../bench/hostile/polled-health.ts";
import { ask } from "../../bench/hostile/processes.ts";
import type { Service } from "../../bench/hostile/service.ts";
import { startWorkerdService } from "../../bench/hostile/workerd-service.ts";
import { batches } from "./requests/batches.ts";
import { described } from "./requests/described.ts";
import { type ApiDocument, judgeBy } from "./requests/document.ts";
import { type Access, filled, makeExisting, OPEN_ACCESS } from "./requests/existing.ts";
import { forms } from "./requests/forms.ts";
import { anyHeaders } from "./requests/headers.ts";
import {
  type FuzzedRequest,
  type Judging,
  readRequest,
  writeRequest,
  wrongWith,
} from "./requests/send.ts";
import { type FuzzTarget, type OpenTarget, type Round, replayRound, tryCases } from "./target.ts";

const MAX_STALL_MS = 100;
const STALL_TRIES = 3;
const MAX_RESIDENT_BYTES = 900e6;

/** Requests to a service, of which this is the OpenAPI document. */
type Requests = (document: ApiDocument) => fc.Arbitrary<FuzzedRequest>;

/** A service and who may ask it; no matter who, for requests that name nothing that exists. */
interface Opened {
  readonly service: Service;
  readonly access: Access | null;
}

const KINDS: Readonly<Record<string, Requests>> = {
  forms: () => forms,
  batches: () => batches,
  headers: () => anyHeaders,
};

/** What a Node server gets: one that is open, and for requests by the document one that asks for keys. */
export const NODE_TARGETS: readonly FuzzTarget[] = [
  ...Object.entries(KINDS).map(([name, requestsTo]) => ({
    name,
    open: () => openService(name, openNode, requestsTo),
  })),
  { name: "api", open: () => openService("api", openNodeWithKeys, described) },
];

/** What workerd gets: all kinds. */
export const WORKERD_TARGET: FuzzTarget = {
  name: "workerd",
  open: () =>
    openService("workerd", openWorkerd, (document) =>
      fc.oneof(...[...Object.values(KINDS), described].map((requestsTo) => requestsTo(document))),
    ),
};

async function openNode(checkout: Checkout): Promise<Opened> {
  return { service: await startNodeService(checkout, { isOpen: true }), access: null };
}

async function openNodeWithKeys(checkout: Checkout): Promise<Opened> {
  // Webhooks and clips by URL go to this machine alone.
  const variables = { ALLOW_PRIVATE_URLS: "1" };
  const service = await startNodeService(checkout, { isOpen: false, variables });
  const keys = {
    key: await service.createKey("all"),
    features_key: await service.createKey("all", "features"),
    jobs_key: await service.createKey("all", "jobs"),
  };
  return { service, access: { keys, hookSecret: service.hookSecret, takesCallbacks: true } };
}

async function openWorkerd(checkout: Checkout): Promise<Opened> {
  return { service: await startWorkerdService(checkout), access: OPEN_ACCESS };
}

async function openService(
  name: string,
  start: (checkout: Checkout) => Promise<Opened>,
  requestsTo: Requests,
): Promise<OpenTarget> {
  const checkout = await openCheckout();
  const { service, access } = await start(checkout);
  const document: ApiDocument = await (await fetch(new URL("/openapi.json", service.url))).json();
  const arbitrary = requestsTo(document);
  const judge = judgeBy(document);
  const base = service.url.replace(/\/$/, "");
  let longestMs = 0;
  const answers = new Map<string, number>();
  const judging: Judging = {
    judge,
    answered: (answer) => void answers.set(answer, (answers.get(answer) ?? 0) + 1),
  };
  const stalls = (stallMs: number) => service.runtime === "Node" && stallMs > MAX_STALL_MS;

  /** Each round has what exists made anew: the one before may have deleted it. */
  const checker = async () => {
    if (access === null) return (given: FuzzedRequest) => wrongWith(base, given, judging);
    const existing = await makeExisting(base, access);
    return (given: FuzzedRequest) =>
      wrongWith(base, filled(given, existing, access.hookSecret), judging);
  };
  const attempt = async (seed: number, limitMs: number): Promise<Round & { stallMs: number }> => {
    const check = await checker();
    const poller = await startHealthPoller(service);
    const cases = { target: name, arbitrary, check, write: writeRequest };
    const round = await tryCases(cases, { seed, limitMs });
    const { longestOwnMs } = await ask<Health>(poller, {});
    return { ...round, stallMs: longestOwnMs };
  };

  const target: OpenTarget = {
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
      return { ...round, finding: { target: name, seed, wrong, case: null } };
    },
    async replay({ seed, case: written }) {
      if (written === null) return replayRound(target, seed);
      const check = await checker();
      const wrong = await check(readRequest(written));
      return wrong ?? ((await service.isAlive()) ? null : "the process died");
    },
    summary: () =>
      `longest stall ${longestMs.toFixed(0)} ms, ${(service.residentBytes() / 1e6).toFixed(0)} MB now, ${(service.peakBytes() / 1e6).toFixed(0)} MB at most; ${told(answers)}`,
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
  return target;
}

/** Answers and how often each came, the most frequent first. */
function told(answers: ReadonlyMap<string, number>): string {
  const counts = [...answers].sort(([, one], [, other]) => other - one);
  return counts.map(([answer, count]) => `${answer} ${count}`).join(", ");
}
