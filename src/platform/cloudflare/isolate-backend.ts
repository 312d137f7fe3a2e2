/** The backend of an isolate that computes on its one thread. */
import type { MemoryLedger } from "../../ledger.ts";
import type { Backend } from "../../model/backend/backend.ts";
import { createWorkerdBackend } from "../../model/backend/workerd/backend.ts";
import { countHeap } from "../../model/engine/memory/room.ts";
import { once } from "../../once.ts";
import type { Settings } from "../settings.ts";
import { log } from "./log.ts";

/** A backend that is made once. */
export interface IsolateBackend {
  /** Makes it at its first use. */
  open(): Promise<Backend>;
  /** Makes it ahead of the first clip, unless SKIP_WARM_UP is set; a failure is logged, and met again by that clip. */
  prepare(): Promise<void>;
}

/** The backend of an isolate, whose heap the ledger counts; nothing is made yet. */
export function isolateBackend(
  { memoryBudgetBytes, skipWarmUp }: Pick<Settings, "memoryBudgetBytes" | "skipWarmUp">,
  ledger: MemoryLedger,
): IsolateBackend {
  const open = once(() => createWorkerdBackend(memoryBudgetBytes));
  return {
    open,
    async prepare() {
      if (skipWarmUp) return;
      try {
        const made = await open();
        await made.prepare();
        countHeap(ledger, made);
      } catch (error) {
        log({ level: "warn", event: "backend-unprepared", message: String(error) });
      }
    },
  };
}
