/** Everything that is fuzzed. */
import { CLIPS } from "./clips.ts";
import { NODE_TARGETS, WORKERD_TARGET } from "./services.ts";
import type { FuzzTarget } from "./target.ts";

export const TARGETS: readonly FuzzTarget[] = [CLIPS, ...NODE_TARGETS, WORKERD_TARGET];

/** Shares of the time where they are not 1: decoders are most of what strangers reach. */
export const SHARES: Readonly<Record<string, number>> = { clips: 3 };
