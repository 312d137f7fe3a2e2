/** Asks a service for its self-test, and adds what only somebody outside can see. */
import { broken, type CheckStatus, type Finding, ok, slow } from "../../self-test/check.ts";
import { CLOCK_TOLERANCE_MS, seconds } from "../../self-test/checks/clock.ts";
import { adviceOf, type Problem } from "./advice.ts";

/** The service to examine. */
export interface Patient {
  readonly url: URL;
  /** An API key of scope self-test. */
  readonly key: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One line of a diagnosis. */
export interface Symptom extends Finding {
  readonly name: string;
}

/** The results of all checks. */
export interface Diagnosis {
  /** The worst of all checks. */
  readonly status: "ok" | "slow" | "broken";
  readonly url: string;
  readonly checks: readonly Symptom[];
}

/** GET /v1/self-test as far as it is read. */
interface Answer {
  readonly runtime: string;
  readonly place: Readonly<Record<"colo" | "country" | "continent", string | null>>;
  readonly began_at: string;
  readonly ended_at: string;
  readonly checks: readonly Symptom[];
}

/** All checks of the service together take less. */
const TIMEOUT_MS = 120_000;
const SLOW_ROUND_TRIP_MS = 500;

/** Examines a service; whatever it does is a symptom and not an error. */
export async function examine(patient: Patient): Promise<Diagnosis> {
  const reached = await reach(patient);
  const checks =
    reached.status === "broken" ? [reached] : [reached, ...(await selfTestOf(patient))];
  return { status: worstOf(checks), url: patient.url.href, checks };
}

/** Checks that the service answers, and how fast. */
async function reach({ url }: Patient): Promise<Symptom> {
  const name = "service";
  try {
    await get(new URL("/healthz", url));
    const beganMs = performance.now();
    const response = await get(new URL("/healthz", url));
    const tookMs = Math.round(performance.now() - beganMs);
    const answer: unknown = await response.json().catch(() => null);
    const runtime = (answer as { runtime?: unknown } | null)?.runtime;
    const problem = response.ok ? null : ((answer ?? {}) as Problem);
    if (problem !== null) return { name, ...adviceOf(response.status, problem) };
    if (typeof runtime !== "string") {
      return {
        name,
        ...broken(
          `${url.origin} answers, and is no Undertone`,
          "Check the address: it is the origin of the service, without a path.",
        ),
      };
    }
    const detail = `${runtime}, answers in ${tookMs} ms`;
    return {
      name,
      ...(tookMs <= SLOW_ROUND_TRIP_MS
        ? ok(detail)
        : slow(detail, "The service is far away or busy.")),
    };
  } catch (error) {
    return { name, ...unreachable(url, error) };
  }
}

async function selfTestOf({ url, key, now }: Patient): Promise<Symptom[]> {
  const headers: Record<string, string> =
    key === undefined ? {} : { Authorization: `Bearer ${key}` };
  try {
    const sentMs = now();
    const response = await get(new URL("/v1/self-test", url), headers);
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) return [symptomOf(response.status, (answer ?? {}) as Problem)];
    const { checks, ...rest } = answer as Answer;
    const placed = placeOf(rest.place, response.headers.get("cf-placement"));
    return [...placed, { name: "clock here", ...clockOf(rest, sentMs, now()) }, ...checks];
  } catch (error) {
    return [{ name: "self-test", ...unreachable(url, error) }];
  }
}

/** A refusal for want of storage says which. */
function symptomOf(status: number, problem: Problem): Symptom {
  const name = problem.type === "/problems/storage-unavailable" ? problem.service : undefined;
  return { name: name ?? "self-test", ...adviceOf(status, problem) };
}

function placeOf({ colo, country, continent }: Answer["place"], placement: string | null) {
  if (colo === null) return [];
  const client = [country, continent].filter((part) => part !== null).join(", ");
  const parts = [`colo ${colo}`, client && `client in ${client}`, placement && `ran ${placement}`];
  return [{ name: "place", ...ok(parts.filter(Boolean).join("; ")) }];
}

/** Compares the service's clock with this machine's. */
function clockOf({ began_at, ended_at }: Omit<Answer, "checks">, sentMs: number, gotMs: number) {
  const offMs = (Date.parse(began_at) + Date.parse(ended_at) - sentMs - gotMs) / 2;
  if (Math.abs(offMs) <= CLOCK_TOLERANCE_MS) return ok("agrees with the service's");
  return broken(
    `the service's clock is ${seconds(offMs)} ${offMs > 0 ? "ahead of" : "behind"} this machine's`,
    "Set both clocks by NTP: signatures, links and leases depend on the service's.",
  );
}

function get(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    headers,
    // A key must not follow to another address.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

function unreachable({ origin }: URL, error: unknown): Finding {
  const { cause, message } = error as { cause?: { code?: string; message?: string } } & Error;
  const reason = cause?.code ?? cause?.message ?? message;
  return broken(
    `${origin} cannot be reached (${reason})`,
    "Check the address, and that the service runs.",
  );
}

function worstOf(checks: readonly Finding[]): Diagnosis["status"] {
  const has = (status: CheckStatus) => checks.some((made) => made.status === status);
  if (has("broken")) return "broken";
  return has("slow") ? "slow" : "ok";
}
