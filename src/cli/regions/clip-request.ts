/** The request that a service is measured by, and what its answer says. */
import { fiveSecondClip } from "./clip.ts";
import type { TimedAnswer, TimedRequest } from "./connection.ts";

/** What is sent with the clip. */
export interface ClipRequest {
  /** An API key of scope features. */
  readonly key: string | undefined;
  /** The model; the default one if left out. */
  readonly model?: string | undefined;
  /** The region that has to answer; the nearest one if left out. */
  readonly region?: string | undefined;
}

/** Asks for features of a clip of 5 s; no result that was kept answers it. */
export function clipRequest({ key, model, region }: ClipRequest): TimedRequest {
  const query = new URLSearchParams({
    pool: "mean",
    ...(model !== undefined && { model }),
    ...(region !== undefined && { region }),
  });
  return {
    method: "POST",
    path: `/v1/features?${query}`,
    headers: {
      "Content-Type": "audio/wav",
      "Cache-Control": "no-store",
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
    },
    body: fiveSecondClip(),
  };
}

/**
 * The answer, if it is one of success.
 * @throws Error with what the service says if it refuses
 */
export function answered(answer: TimedAnswer): TimedAnswer {
  if (answer.status === 200) return answer;
  throw new Error(`answers ${answer.status}${detailOf(answer.text)}`);
}

/** True if an isolate was started for the answer, or weights were read for it that were not in memory. */
export function isCold({ headers }: TimedAnswer): boolean {
  const timing = headers["server-timing"]?.toString() ?? "";
  const readBytes = /weights;desc="(\d+) bytes read"/.exec(timing)?.[1];
  return timing.includes("isolate;desc=cold") || Number(readBytes ?? 0) > 0;
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === "string" ? `: ${detail}` : "";
  } catch {
    return "";
  }
}
