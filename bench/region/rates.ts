/** How many of a day's clips are over the rates of their keys, which the service's own token buckets count. */
import { tokenBuckets } from "../../src/keys/rate-limit.ts";
import { markdownTable } from "../table.ts";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import { seededRandom } from "./random.ts";
import { DAY } from "./scenarios.ts";

/** What `undertone key create` gives a key. */
const REQUESTS_PER_MINUTE = 60;
const KEYS = [1, 10, 100];
const CLIPS_A_DAY = [10_000, 60_000, 240_000];

/** The clips that the rate of their key lets in. */
export async function withinRates(
  arrivals: readonly Arrival[],
  requestsPerMinute: number,
): Promise<Arrival[]> {
  let nowMs = 0;
  const buckets = tokenBuckets(() => nowMs);
  const taken: Arrival[] = [];
  for (const arrival of arrivals) {
    nowMs = arrival.atSeconds * 1000;
    const { isAllowed } = await buckets.take(String(arrival.key), requestsPerMinute);
    if (isAllowed) taken.push(arrival);
  }
  return taken;
}

/** The share that gets 429, by how many keys send as much as each other. */
export async function rateTable(seed: number): Promise<string> {
  const rows = KEYS.map(async (keys) => {
    const shares = CLIPS_A_DAY.map(async (clipsADay) => {
      const traffic = { ...DAY, keys, clipsPerSecond: clipsADay / DAY.seconds };
      const arrivals = arrivalsOf(traffic, seededRandom(seed));
      const taken = await withinRates(arrivals, REQUESTS_PER_MINUTE);
      return `${(100 - (100 * taken.length) / arrivals.length).toFixed(1)} %`;
    });
    return [String(keys), ...(await Promise.all(shares))];
  });
  const header = ["keys", ...CLIPS_A_DAY.map((count) => `${count} clips/day`)];
  return markdownTable(header, await Promise.all(rows));
}
