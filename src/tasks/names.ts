/** The tasks by name, as jobs and webhooks call them. */
import { invalidOption } from "./options/errors.ts";

/** Each is also an address: `features` that of POST /v1/features. */
export const TASK_NAMES = [
  "features",
  "transcription",
  "embedding",
  "classification",
  "diarization",
  "comparison",
] as const;
export type TaskName = (typeof TASK_NAMES)[number];

export const DEFAULT_TASK: TaskName = "features";

/**
 * The name of the task that options ask for by `task`.
 * @throws UndertoneError `invalid-option`.
 */
export function taskNameOf({ task }: { readonly task?: unknown }): TaskName {
  if (task === undefined) return DEFAULT_TASK;
  const name = TASK_NAMES.find((known) => known === task);
  if (name !== undefined) return name;
  throw invalidOption("task", `has to be one of ${TASK_NAMES.join(", ")}`, TASK_NAMES);
}
