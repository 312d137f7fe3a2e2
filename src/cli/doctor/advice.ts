/** The meaning of a refusal of the self-test, and the advice for it. */
import { broken, type Finding, slow } from "../../self-test/check.ts";

/** The members of a problem document that are read. */
export interface Problem {
  readonly type?: string;
  readonly detail?: string;
  /** Of `storage-unavailable`: which one. */
  readonly service?: string;
}

const MAKE_KEY =
  "Make a key: 'undertone key create --scope self-test', with --remote or --database <file>, and pass it by --key.";

const ADVICE: Readonly<Record<string, string>> = {
  "/problems/key-missing": MAKE_KEY,
  "/problems/key-invalid": MAKE_KEY,
  "/problems/key-lacks-scope": MAKE_KEY,
  "/problems/no-key-configured": MAKE_KEY,
  "/problems/storage-unavailable":
    "The reason is in the service's log. 'no such table' means that migrations were not applied: 'npx wrangler d1 migrations apply DB --remote'.",
  "/problems/not-found": "The service is older than this command: deploy it again.",
};

/** The finding of an answer that is no self-test. */
export function adviceOf(status: number, { type = "", detail }: Problem): Finding {
  const what = `HTTP status ${status}${detail === undefined ? "" : `: ${detail}`}`;
  if (type === "/problems/self-test-running" || type === "/problems/rate-limited") {
    return slow(what, "Ask again in a moment.");
  }
  const advice = ADVICE[type] ?? "Check the address, and read the service's log.";
  return broken(what, advice);
}
