/** POST /v1/audio/diarization: who speaks when, as LocalAI has it. */
import { clipName } from "../../formats/clip-name.ts";
import { rttm } from "../../formats/rttm.ts";
import type { DiarizationAnswer } from "../../tasks/answers.ts";
import { diarizationTask } from "../../tasks/diarization.ts";
import { rounded, type Task } from "../../tasks/task.ts";
import {
  AudioDiarizationOptionsSchema,
  AudioDiarizationSchema,
  requireNoText,
} from "./diarization-schema.ts";
import { asJson, audioEndpoint } from "./endpoint.ts";

const task: Task<typeof AudioDiarizationOptionsSchema, DiarizationAnswer> = {
  ...diarizationTask,
  options: AudioDiarizationOptionsSchema,
  texts: {},
  plan(manifest, options) {
    requireNoText(options);
    return diarizationTask.plan(manifest, {});
  },
  answer(clip, manifest, options) {
    const { threshold, min_duration_on: min_segment, min_duration_off: min_gap } = options;
    return diarizationTask.answer(clip, manifest, { threshold, min_segment, min_gap }, null);
  },
};

/** Answers with segments whose speakers are numbered as they come. */
export const diarizeAudio = audioEndpoint({
  path: "/v1/audio/diarization",
  operationId: "diarizeAudio",
  summary: "Finds who speaks when, as LocalAI does",
  task,
  ignored: ["num_speakers", "min_speakers", "max_speakers", "clustering_threshold", "language"],
  description: "Who speaks when",
  schema: AudioDiarizationSchema,
  textDescriptions: {
    "text/plain": "RTTM, for response_format=rttm: a SPEAKER line for each segment.",
  },
  write({ body, options, fileName }) {
    const labels = [...new Set(body.segments.map(({ speaker }) => speaker))];
    const nameOf = (label: string) => `SPEAKER_${String(labels.indexOf(label)).padStart(2, "0")}`;
    const segments = body.segments.map(({ speaker: label, start, end }, id) => {
      return { id, speaker: nameOf(label), label, start, end };
    });
    if (options.response_format === "rttm") {
      return { mediaType: "text/plain", text: rttm(segments, clipName(fileName)) };
    }
    const speakers = labels.map((label) => {
      const own = segments.filter((segment) => segment.label === label);
      const seconds = own.reduce((sum, { start, end }) => sum + end - start, 0);
      const total_speech_duration = rounded(seconds, 4);
      return { id: nameOf(label), label, total_speech_duration, segment_count: own.length };
    });
    return asJson({
      task: "diarize",
      duration: body.audio.seconds,
      num_speakers: labels.length,
      segments,
      ...(options.response_format === "verbose_json" && { speakers }),
    });
  },
});
