/** A service that is attacked, in a process of its own. */
import type { Runtime } from "./attack.ts";

export interface Service {
  readonly runtime: Runtime;
  readonly url: string;
  /** Whether its process lives; of workerd, whether its isolate still answers. */
  isAlive(): Promise<boolean>;
  /** Physical memory of its process now. */
  residentBytes(): number;
  /** The most that it ever took. */
  peakBytes(): number;
  /** What it says that an attack was answered, where the answer may be lost on its way; else null. */
  loggedAnswer(): Promise<string | null>;
  stop(): Promise<void>;
}
