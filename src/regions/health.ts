/** Whether an answer says that its region is unwell, which another one may not be. */
import type { ErrorSlug } from "../errors.ts";

/** The problems of a region, rather than of a request, or of too many. */
const PROBLEMS_OF_REGIONS: ReadonlySet<string> = new Set<ErrorSlug>([
  "not-ready",
  "storage-unavailable",
  "no-pack-installed",
  "default-model-missing",
  "pack-damaged",
  "pack-unsupported",
  "stage-unreachable",
  "stage-mismatch",
  "shutting-down",
]);

/** Put into every answer that a region's service makes. */
export const REGION_HEADER = "X-Undertone-Region";

/** An answer, and why its region is unwell; `null` if it is well. */
export interface Judged {
  readonly response: Response;
  readonly reason: string | null;
}

/** Reads the slug of a problem from 500 on; `response` has the same body. */
export async function judge(response: Response): Promise<Judged> {
  if (response.status < 500) return { response, reason: null };
  // Of a Worker that is set up wrongly, or of the network.
  if (!response.headers.has(REGION_HEADER)) return { response, reason: `http-${response.status}` };
  const text = await response.text();
  const slug = slugOf(text);
  const reason = slug !== null && PROBLEMS_OF_REGIONS.has(slug) ? slug : null;
  return { response: new Response(text, response), reason };
}

function slugOf(text: string): string | null {
  try {
    return /^\/problems\/([a-z-]+)$/.exec(JSON.parse(text).type)?.[1] ?? null;
  } catch {
    return null;
  }
}
