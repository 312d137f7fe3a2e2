/** Check of a cache in front of the packs: whether what is put there can be read. */
import type { CacheTier } from "../../platform/inspection.ts";
import { type Finding, ok, slow } from "../check.ts";

/** Puts an entry, reads it back and removes it. */
export async function checkCache({ roundTrip, advice }: CacheTier): Promise<Finding> {
  // A cache that fails is no worse than none.
  const came = await roundTrip().catch((error: unknown) => String(error));
  if (came === true) return ok("an entry that was put is found");
  const what = came === false ? "an entry that was put is not found" : `fails: ${came}`;
  return slow(what, advice);
}
