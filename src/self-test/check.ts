/** One check of a self-test: what was found, and what to do about it. */
import { within } from "../deadline.ts";
import { UndertoneError } from "../errors.ts";

/** `slow`: it works, and not as well as it should. `skipped`: there is nothing to check here. */
export const CHECK_STATUSES = ["ok", "slow", "broken", "skipped"] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

/** What a check found. */
export interface Finding {
  readonly status: CheckStatus;
  /** A phrase that says what was found. */
  readonly detail: string;
  /** What to do; `null` where nothing is. */
  readonly advice: string | null;
}

/** A check that was made. */
export interface Check extends Finding {
  /** Such as `database`. */
  readonly name: string;
  /** How long it took, by a clock that stands still during computation on deployed Workers. */
  readonly durationMs: number;
}

/** Makes a check; gives up when `signal` is aborted. */
export type MakeCheck = (signal: AbortSignal) => Promise<Finding>;

/** All is well. */
export function ok(detail: string): Finding {
  return { status: "ok", detail, advice: null };
}

/** There is nothing to check. */
export function skipped(detail: string): Finding {
  return { status: "skipped", detail, advice: null };
}

/** It works, and not as well as it should. */
export function slow(detail: string, advice: string): Finding {
  return { status: "slow", detail, advice };
}

/** It does not work. */
export function broken(detail: string, advice: string): Finding {
  return { status: "broken", detail, advice };
}

/** A check is told to give up after so long. */
const PATIENCE_MS = 10_000;
/** After so long it is given up. */
const DEADLINE_MS = 12_000;

/** Makes a check and times it; what it throws is its finding. */
export async function runCheck(name: string, make: MakeCheck): Promise<Check> {
  const beganMs = performance.now();
  const made = make(AbortSignal.timeout(PATIENCE_MS)).catch(findingOf);
  const finding = await within(DEADLINE_MS, made, () => UNANSWERED);
  return { name, ...finding, durationMs: Math.round(performance.now() - beganMs) };
}

const UNANSWERED = broken(
  `no answer within ${DEADLINE_MS / 1000} s`,
  "Ask again; if that does not help, look for it in the log and at https://www.cloudflarestatus.com/.",
);

/** Whoever may ask for a self-test is told the reason of an outage, which nobody else is. */
function findingOf(error: unknown): Finding {
  if (!(error instanceof UndertoneError)) {
    return broken(`unexpected: ${String(error)}`, "See the log, and report it with that line.");
  }
  const { slug, message, cause } = error;
  if (slug === "request-aborted") {
    return slow("no answer within the time limit", "The service is busy: ask again later.");
  }
  if (slug === "queue-full") return slow("too many clips wait", "Ask again later.");
  if (cause === undefined || slug.startsWith("stage-")) return broken(slug, message);
  return broken(`${slug}: ${reasonOf(cause)}`, ADVICE_OF_OUTAGE);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

const ADVICE_OF_OUTAGE =
  "Check that it exists and that the service may use it; 'no such table' means that migrations were not applied.";
