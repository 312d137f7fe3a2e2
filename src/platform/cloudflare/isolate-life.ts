/** The life of an isolate, by a clock that stands still between its events. */
import type { Life } from "../inspection.ts";

/** Watches over it. */
export interface IsolateLife {
  /** A request, a message or a cron run begins. */
  noteEvent(): void;
  /** Does the work of the start. */
  timeStart(work: () => Promise<void>): Promise<void>;
  read(): Life;
}

/** Begins to watch. */
export function isolateLife({
  VERSION,
}: {
  readonly VERSION?: { readonly id?: string };
}): IsolateLife {
  let events = 0;
  let firstEventMs = 0;
  let startupMs: number | null = null;
  return {
    noteEvent() {
      if (events === 0) firstEventMs = Date.now();
      events++;
    },
    async timeStart(work) {
      const beganMs = performance.now();
      await work();
      const tookMs = performance.now() - beganMs;
      startupMs = tookMs > 0 ? tookMs : null;
    },
    read: () => ({
      isCold: events === 1,
      ageMs: Date.now() - firstEventMs,
      startupMs,
      version: VERSION?.id ?? null,
    }),
  };
}
