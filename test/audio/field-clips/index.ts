/** Every odd clip of the field; test/doors sends all of them through every door. */
import type { FieldClip } from "./field-clip.ts";

export const FIELD_CLIPS: readonly FieldClip[] = [];
