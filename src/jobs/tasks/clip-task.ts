/** A task of one clip as a job, by the stages of its endpoint. */
import { answerClip, answerComputed } from "../../tasks/answer-clip.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { selectionOf, skipsSilence } from "../../tasks/options/request.ts";
import type { Task, TaskOptionsSchema } from "../../tasks/task.ts";
import { digestOf } from "../recording/voices.ts";
import { answerKey, restoreAnswer, storeAnswer } from "./answer.ts";
import { type ClipsOfTask, type JobTask, parseOptions } from "./job-task.ts";

/** Makes a job's task of an endpoint's. */
export function clipTaskJob<Schema extends TaskOptionsSchema, Answer extends object>(
  task: Task<Schema, Answer>,
): JobTask {
  return {
    options: task.options,
    isOfPairs: false,
    read(options) {
      const given = parseOptions(task.options, options);
      return { model: given.model, selection: selectionOf(given) };
    },
    async plan(pack, options, models) {
      const { manifest } = pack;
      const { readLanguageModel, openXVectors } = models;
      const given = parseOptions(task.options, options);
      if (task.head !== null) await requireInstalledHead(models, manifest, task.head);
      const taps = task.plan(manifest, given);
      const threshold = task.speaksFrom?.(given);
      const xvectors = threshold === undefined ? null : await openXVectors(pack);
      const voices = threshold === undefined || xvectors === null ? null : { threshold, xvectors };
      const parts = {
        task: task.name,
        packDigest: digestOf(pack, voices),
        taps,
        options: given,
        selection: selectionOf(given),
      };
      const planned = { task, options: given, taps };
      return {
        recorded: {
          taps,
          skipsSilence: skipsSilence(given),
          keeps: taps.head === null ? "summaries" : "head",
          voices,
          async finish(clip, engine) {
            const means = { engine, readLanguageModel, openXVectors };
            return storeAnswer(clip, await answerComputed(planned, clip, means));
          },
        },
        keyOf: (sha256s, { windowSeconds }) => answerKey({ ...parts, windowSeconds }, sha256s),
        async compute([clip]: ClipsOfTask, engine, run) {
          if (clip === undefined) throw new RangeError("a job has a clip");
          const means = { engine, readLanguageModel, openXVectors };
          const { computed, body } = await answerClip(planned, await clip(), means, run);
          return storeAnswer(computed, body);
        },
      };
    },
    write(result, options, clipName) {
      const { format = "json" } = parseOptions(task.options, options) as { format?: string };
      const { stamp, body, json } = restoreAnswer<Answer>(result);
      const text = task.texts[format];
      if (text === undefined) {
        return { format: "json", mediaType: "application/json", parts: [json], stamp };
      }
      const bytes = new TextEncoder().encode(text.write(body, clipName));
      const mediaType = `${text.mediaType}; charset=UTF-8`;
      return { format, mediaType, parts: [bytes], stamp };
    },
  };
}
