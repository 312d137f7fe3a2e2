/** A service that is attacked, in a process of its own. */
import type { Runtime } from "./attack.ts";

export interface Service {
  readonly runtime: Runtime;
  readonly url: string;
  /** The processes that answer. */
  readonly processIds: readonly number[];
  /** True if its process lives; for workerd, if its isolate answers. */
  isAlive(): Promise<boolean>;
  /** Physical memory of its process now. */
  residentBytes(): number;
  /** The most that it ever took. */
  peakBytes(): number;
  /** The answer in its log, where an answer may be lost on its way; else null. */
  loggedAnswer(): Promise<string | null>;
  stop(): Promise<void>;
}
