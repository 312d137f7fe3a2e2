/** Lists in pages: their queries and cursors. */
import { z } from "@hono/zod-openapi";
import { text, wholeNumber } from "../../tasks/options/schema.ts";

const MAX_PAGE = 100;

/** Items in a page where the query does not say. */
export const DEFAULT_PAGE = 20;

/** A point in time (RFC 3339), in UTC. */
export const time = () => z.iso.datetime();

/** The query of a list. */
export function listQuery<Status extends string>(things: string, statuses: readonly Status[]) {
  return z.strictObject({
    status: z
      .enum(statuses, { error: `has to be one of ${statuses.join(", ")}` })
      .optional()
      .describe(`Only ${things} with this status.`),
    cursor: text().optional().describe("`next_cursor` of the previous page."),
    limit: wholeNumber(1, MAX_PAGE)
      .optional()
      .describe(`Number of ${things} in a page. Default: ${DEFAULT_PAGE}.`),
  });
}

/** The cursor of the next page. */
export const nextCursor = () => z.string().nullable().describe("null after the last page.");
