/** Answers tasks in the worker of a page. */
import type { ClipSelection } from "../audio/clip.ts";
import type { PreparedClip } from "../audio/prepare.ts";
import type { Engine } from "../model/engine/engine.ts";
import { headTaps, type Taps } from "../model/engine/taps/taps.ts";
import type { LayerReport } from "../model/engine/windows/compute.ts";
import type { ModelRegistry } from "../model/pack/registry.ts";
import { answerClip } from "../tasks/answer-clip.ts";
import { CLIP_TASKS } from "../tasks/clip-tasks.ts";
import { ComparisonOptionsSchema, comparePair } from "../tasks/comparison.ts";
import { computePrepared } from "../tasks/features/compute.ts";
import { requireInstalledHead } from "../tasks/installed-head.ts";
import { taskNameOf } from "../tasks/names.ts";
import { invalidOption } from "../tasks/options/errors.ts";
import { joinOptions, selectionOf } from "../tasks/options/request.ts";
import type { Task, TaskOptionsSchema } from "../tasks/task.ts";
import type { AskedTask } from "./messages.ts";

/** The means of a worker to compute. */
export interface TaskMeans {
  readonly models: ModelRegistry;
  readonly engine: Engine;
  prepare(clip: Blob, selection: ClipSelection): Promise<PreparedClip>;
  /** Runs `work`, of which progress is reported, with the weights that `taps` need. */
  reporting<Result>(taps: Taps, work: (report: LayerReport) => Promise<Result>): Promise<Result>;
}

/**
 * The answer of the task's endpoint, without the id of a request.
 * @throws UndertoneError for every fault of the options, the clips and the model.
 */
export async function answerTask(means: TaskMeans, asked: AskedTask): Promise<object> {
  const name = taskNameOf(asked);
  if (name === "comparison") return await compare(means, asked);
  if (name === "features") throw invalidOption("task", "features are what compute() is for");
  // Each is a task of its own schema; which one does not matter here.
  return await answerOne(
    means,
    CLIP_TASKS[name] as unknown as Task<TaskOptionsSchema, object>,
    asked,
  );
}

async function answerOne(
  { models, engine, prepare, reporting }: TaskMeans,
  task: Task<TaskOptionsSchema, object>,
  { clips: [clip], options: texts }: AskedTask,
): Promise<object> {
  const options = joinOptions(task.options, {}, fieldsOf(texts));
  if (task.head !== null) await requireInstalledHead(models, engine.manifest, task.head);
  const taps = task.plan(engine.manifest, options);
  return await reporting(taps, async (report) => {
    const prepared = await prepare(clip as Blob, selectionOf(options));
    const { readLanguageModel, openXVectors } = models;
    const answerMeans = { engine, readLanguageModel, openXVectors };
    return (await answerClip({ task, options, taps }, prepared, answerMeans, { report })).body;
  });
}

async function compare(
  { models, engine, prepare, reporting }: TaskMeans,
  { clips: [a, b], options: texts }: AskedTask,
): Promise<object> {
  const options = joinOptions(ComparisonOptionsSchema, {}, fieldsOf(texts));
  const head = await requireInstalledHead(models, engine.manifest, "xvector");
  const taps = headTaps(head);
  return await reporting(taps, async (report) => {
    const { body } = await comparePair(async (name) => {
      const clip = name === "a" ? a : b;
      const prepared = await prepare(clip as Blob, selectionOf(options));
      return computePrepared(prepared, engine, taps, { report });
    }, head);
    return body;
  });
}

function fieldsOf(texts: Readonly<Record<string, string>>): Map<string, readonly string[]> {
  return new Map(Object.entries(texts).map(([name, value]) => [name, [value]]));
}
