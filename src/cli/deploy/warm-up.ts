/** A clip for what was deployed, so that it is not a client's that waits for an isolate, its weights and its caches. */
import { within } from "../../deadline.ts";
import { answered, clipRequest, isCold } from "../regions/clip-request.ts";
import { openConnection } from "../regions/connection.ts";
import type { Tell } from "./tools.ts";

/** What gets a clip. */
export interface WarmUp {
  readonly url: URL;
  /** An API key of scope features. */
  readonly key: string;
  /** Regions behind `url`, each of which gets one; none for a Worker alone. */
  readonly regions: readonly string[];
}

/** A cold isolate that reads a large model takes some seconds. */
const WITHIN_MS = 60_000;

/** Sends the clips at once, waits a minute at most, and tells how long each took; what goes wrong is told too, and is no error. */
export async function warmUp({ url, key, regions }: WarmUp, tell: Tell): Promise<void> {
  const targets = regions.length === 0 ? [undefined] : regions;
  const found = targets.map(async (region) => {
    const took = await timeClip(url, { key, region });
    return `${region === undefined ? "" : `${region}: `}warm-up: ${took}`;
  });
  for (const line of found) tell(await line);
}

async function timeClip(
  url: URL,
  options: { readonly key: string; readonly region: string | undefined },
): Promise<string> {
  const connection = openConnection(url);
  const late = () => {
    throw new Error(`no answer in ${WITHIN_MS / 1000} s`);
  };
  try {
    const asked = connection.ask(clipRequest(options));
    const answer = answered(await within(WITHIN_MS, asked, late));
    const state = isCold(answer) ? "cold" : "warm already";
    return `a clip of 5 s took ${Math.round(answer.wholeMs)} ms (${state})`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${code ?? message}; the first clip of a client will take longer`;
  } finally {
    connection.close();
  }
}
