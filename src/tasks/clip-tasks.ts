/** The tasks of one clip that a head or a pooling answers, by name. */
import { classificationTask } from "./classification.ts";
import { diarizationTask } from "./diarization.ts";
import { embeddingTask } from "./embedding.ts";
import { transcriptionTask } from "./transcription.ts";

export const CLIP_TASKS = {
  transcription: transcriptionTask,
  embedding: embeddingTask,
  classification: classificationTask,
  diarization: diarizationTask,
} as const;
export type ClipTaskName = keyof typeof CLIP_TASKS;
