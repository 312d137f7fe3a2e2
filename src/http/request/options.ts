/** Options of HTTP requests that a route refuses. */
import type { z } from "@hono/zod-openapi";
import type { ClipSelection } from "../../audio/clip.ts";
import { invalidOption, optionError } from "../../tasks/options/errors.ts";

/**
 * Refuses options that came after the file and say what to decode of it, which by then has been done.
 * @param known what the clip was decoded with
 * @throws UndertoneError `invalid-option`.
 */
export function requireKnownBefore(known: ClipSelection, options: ClipSelection): void {
  const names = {
    channel: "channel",
    track: "track",
    startSeconds: "start",
    endSeconds: "end",
  } as const;
  for (const [member, option] of Object.entries(names) as [keyof typeof names, string][]) {
    if (known[member] === options[member]) continue;
    throw invalidOption(
      option,
      "came after the file, which had been decoded by then; send it before the file or in the query",
    );
  }
}

type Validation = { success: true } | { success: false; error: z.ZodError };

/** A route's hook for queries that do not fit its schema. */
export function refuseOptionsUnlike(schema: z.ZodObject): (result: Validation) => undefined {
  return (result) => {
    if (!result.success) throw optionError(result.error, schema);
  };
}
