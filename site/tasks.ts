/** The tasks that the page offers. */
import type { HeadKind } from "../src/model/heads/head.ts";
import type { TaskName } from "../src/tasks/names.ts";

/** A task: its name on the page, its endpoint, and what it needs. */
export interface Task {
  readonly name: TaskName;
  readonly label: string;
  readonly path: string;
  /** The head that a model needs for it; null if any model will do. */
  readonly head: HeadKind | null;
  readonly clips: 1 | 2;
}

export const FEATURES: Task = {
  name: "features",
  label: "Features: hidden states",
  path: "v1/features",
  head: null,
  clips: 1,
};

export const TASKS: readonly Task[] = [
  FEATURES,
  {
    name: "transcription",
    label: "Transcription: what is said",
    path: "v1/transcriptions",
    head: "ctc",
    clips: 1,
  },
  {
    name: "classification",
    label: "Classification: which label fits",
    path: "v1/classifications",
    head: "sequence-classification",
    clips: 1,
  },
  {
    name: "diarization",
    label: "Diarization: who speaks when",
    path: "v1/diarizations",
    head: "frame-classification",
    clips: 1,
  },
  {
    name: "embedding",
    label: "Embedding: one vector",
    path: "v1/embeddings",
    head: null,
    clips: 1,
  },
  {
    name: "comparison",
    label: "Comparison: one speaker or two",
    path: "v1/comparisons",
    head: "xvector",
    clips: 2,
  },
];
