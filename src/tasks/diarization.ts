/** Diarization: the segments of each speaker. */
import { z } from "zod";
import { rttm } from "../formats/rttm.ts";
import { headTaps } from "../model/engine/taps/taps.ts";
import { speechSegments } from "../model/heads/segments.ts";
import type { DiarizationAnswer } from "./answers.ts";
import { ClipOptionsSchema, flag, oneOf, probability, seconds } from "./options/schema.ts";
import { speakersOf } from "./speakers.ts";
import { requireHead, rounded, secondsOf, type Task } from "./task.ts";

export const DIARIZATION_FORMATS = ["json", "rttm"] as const;

const DEFAULTS = { threshold: 0.5, min_gap: 0.25, min_segment: 0.1 };

/** The options of POST /v1/diarizations. */
export const DiarizationOptionsSchema = ClipOptionsSchema.extend({
  skip_silence: z
    .enum(["false"], {
      error:
        "has to be false: speakers of a window are matched by the frames that it has in common with the next, and so none is left out",
    })
    .optional()
    .describe("Of diarization false: silence is computed, too."),
  threshold: probability()
    .optional()
    .describe(`From which probability on a speaker speaks. Default: ${DEFAULTS.threshold}.`),
  min_gap: seconds()
    .optional()
    .describe(`Shorter pauses of a speaker are bridged, in seconds. Default: ${DEFAULTS.min_gap}.`),
  min_segment: seconds()
    .optional()
    .describe(`What is shorter then is dropped, in seconds. Default: ${DEFAULTS.min_segment}.`),
  probabilities: flag()
    .optional()
    .describe("Whether JSON has each frame's probabilities too. Default: false."),
  format: oneOf(DIARIZATION_FORMATS)
    .optional()
    .describe("How the answer is written. Default: json."),
});

export const diarizationTask: Task<typeof DiarizationOptionsSchema, DiarizationAnswer> = {
  name: "diarization",
  options: DiarizationOptionsSchema,
  texts: {
    rttm: {
      mediaType: "text/plain",
      isJoinable: true,
      write: ({ segments }, clipName) => rttm(segments, clipName),
    },
  },
  head: "frame-classification",
  plan: (manifest) => headTaps(requireHead(manifest, "frame-classification")),
  speaksFrom: ({ threshold }) => threshold ?? DEFAULTS.threshold,
  async answer(clip, manifest, options) {
    const { labels } = requireHead(manifest, "frame-classification");
    const { byFrame, speakers, matchedBy } = await speakersOf(clip, labels);
    const frames = (given: number) => Math.round(given / clip.frameStrideSeconds);
    const rules = {
      threshold: options.threshold ?? DEFAULTS.threshold,
      minimumGapFrames: frames(options.min_gap ?? DEFAULTS.min_gap),
      minimumSegmentFrames: frames(options.min_segment ?? DEFAULTS.min_segment),
    };
    const segments = speakers.flatMap((speaker, number) =>
      speechSegments(byFrame(number), rules).map((segment) => ({
        speaker,
        start: secondsOf(segment.first, clip),
        end: secondsOf(segment.end, clip),
        probability: rounded(segment.probability, 6),
      })),
    );
    return {
      speakers,
      segments: segments.sort((a, b) => a.start - b.start),
      ...(clip.windows > 1 && { windows_matched_by: matchedBy }),
      ...(options.probabilities && {
        probabilities: rowsOf(speakers.map((_, number) => byFrame(number))),
      }),
    };
  },
};

/** [speakers][frames] → [frames][speakers]. */
function rowsOf(speakers: readonly Float64Array[]): number[][] {
  return Array.from({ length: speakers[0]?.length ?? 0 }, (_, frame) =>
    speakers.map((probabilities) => rounded(probabilities[frame] as number, 6)),
  );
}
