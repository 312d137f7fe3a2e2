/** Consumes one message of a SQLite queue to its end. */
import { beginNext } from "../../../src/queue/sqlite.ts";

/** As `beginNext`, and waits until the message is settled; `false` if none was due. */
export async function consumeNext(...parts: Parameters<typeof beginNext>): Promise<boolean> {
  const begun = await beginNext(...parts);
  await begun?.settled;
  return begun !== null;
}
