/** The tasks of jobs. */
import { CLIP_TASKS } from "../../tasks/clip-tasks.ts";
import { DEFAULT_TASK, TASK_NAMES, type TaskName, taskNameOf } from "../../tasks/names.ts";
import { oneOf } from "../../tasks/options/schema.ts";
import type { JobOptions } from "../job.ts";
import { clipTaskJob } from "./clip-task.ts";
import { comparisonJob } from "./comparison.ts";
import { featuresJob } from "./features.ts";
import type { JobTask } from "./job-task.ts";

export const JOB_TASKS: Readonly<Record<TaskName, JobTask>> = {
  features: featuresJob,
  transcription: clipTaskJob(CLIP_TASKS.transcription),
  embedding: clipTaskJob(CLIP_TASKS.embedding),
  classification: clipTaskJob(CLIP_TASKS.classification),
  diarization: clipTaskJob(CLIP_TASKS.diarization),
  comparison: comparisonJob,
};

/** The option that names the task. */
export const TaskOptionSchema = oneOf(TASK_NAMES)
  .optional()
  .describe(`What is computed. Default: ${DEFAULT_TASK}.`);

/**
 * The task that options ask for.
 * @throws UndertoneError `invalid-option`.
 */
export function taskOf(options: JobOptions): JobTask {
  return JOB_TASKS[taskNameOf(options)];
}
