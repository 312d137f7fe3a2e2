/** Clips that are made to cost more than they are worth; tests, the bench and the fuzzing harness take them from here. */
import { CHUNK_CLIPS } from "./chunks.ts";
import { FRAME_CLIPS } from "./frames.ts";
import type { HostileClip } from "./hostile-clip.ts";

export const HOSTILE_CLIPS: readonly HostileClip[] = [...CHUNK_CLIPS, ...FRAME_CLIPS];
