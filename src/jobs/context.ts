/** What jobs need of the runtime they run on. */
import type { Platform } from "../platform/platform.ts";

/** The part of a platform that jobs work with. */
export type JobContext = Pick<
  Platform,
  "database" | "files" | "bucket" | "queue" | "settings" | "send" | "urlRules" | "now" | "log"
>;
