/** Checks of the isolate or process that answers: its age and its start. */
import type { Platform } from "../../platform/platform.ts";
import { type Finding, ok, slow } from "../check.ts";
import { seconds } from "./clock.ts";

/** Cloudflare refuses a script whose start takes more than a second of processor time. */
const SLOW_START_MS = 1000;

/** How long it has lived. */
export function checkIsolate({ inspection }: Platform): Finding {
  const { isCold, ageMs, version } = inspection.life();
  const state = isCold ? "cold: this is its first request" : `warm: ${seconds(ageMs)} old`;
  return ok(version === null ? state : `${state}, version ${version}`);
}

/** How long it took to start. */
export function checkStartup({ inspection, runtime }: Platform): Finding {
  const { startupMs } = inspection.life();
  if (startupMs === null) {
    return ok("not told by the clock here: wrangler prints it at each deployment");
  }
  const detail = `ready after ${Math.round(startupMs)} ms`;
  return runtime === "node" || startupMs <= SLOW_START_MS
    ? ok(detail)
    : slow(
        detail,
        "Cloudflare allows a second of processor time: wrangler prints how much it was at each deployment.",
      );
}
