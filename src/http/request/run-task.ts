/** Answers a request for a task: reads it, finds the model, computes. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { clipMetadata } from "../../formats/metadata.ts";
import type { Platform } from "../../platform/platform.ts";
import { answerClip } from "../../tasks/answer-clip.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { joinOptions, selectionOf } from "../../tasks/options/request.ts";
import type { Task, TaskOptionsSchema } from "../../tasks/task.ts";
import { stampHeaders } from "../answer/headers.ts";
import type { AppEnv } from "../context.ts";
import { openModel, readClip } from "./read-clip.ts";
import type { Upload } from "./upload.ts";

/** An answer, and what it was asked with. */
export interface TaskAnswer<Options, Answer> {
  readonly options: Options;
  /** The name of the uploaded file; `null` for a raw body. */
  readonly fileName: string | null;
  readonly body: ReturnType<typeof clipMetadata> & Answer & { readonly request_id: string };
  readonly headers: Record<string, string>;
}

/**
 * Runs `task` on the clip of a request.
 * @param open finds the clip; in the request's body if left out
 * @throws UndertoneError what `readClip`, the registry, the task and the engine throw; `model-without-head`.
 */
export async function runTask<Schema extends TaskOptionsSchema, Answer>(
  platform: Platform,
  c: Context<AppEnv>,
  task: Task<Schema, Answer>,
  query: z.output<Schema>,
  open?: () => Upload,
): Promise<TaskAnswer<z.output<Schema>, Answer>> {
  const { options, planned, clip, fileName } = await readClip(platform, c, {
    task: task.name,
    ...(open && { open }),
    resolve(fields) {
      const given = joinOptions(task.options, query, fields);
      return { given, ...selectionOf(given) };
    },
    async plan({ given }) {
      const engine = await openModel(platform, c, given.model);
      if (task.head !== null)
        await requireInstalledHead(platform.models, engine.manifest, task.head);
      return { engine, taps: task.plan(engine.manifest, given) };
    },
  });
  const { engine, taps } = planned;
  const { readLanguageModel, openXVectors } = platform.models;
  const means = { engine, readLanguageModel, openXVectors, memory: c.get("clipMemory") };
  const plannedAnswer = { task, options: options.given, taps };
  const { signal } = c.req.raw;
  const { computed, body } = await answerClip(plannedAnswer, clip, means, { signal });
  return {
    options: options.given,
    fileName,
    body: { ...body, request_id: c.get("requestId") },
    headers: stampHeaders(computed),
  };
}
