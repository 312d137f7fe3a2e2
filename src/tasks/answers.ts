/** The answers of tasks beside the description of model and clip. `undertone/browser` exports these types, so they import nothing. */

/** A word or a token; seconds are of the clip as it was received. */
export interface SpokenText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** Of task `transcription`. */
export interface TranscriptionAnswer {
  readonly decoder: "greedy" | "beam";
  readonly text: string;
  readonly confidence: number | null;
  readonly words: readonly SpokenText[];
  readonly tokens?: readonly SpokenText[];
}

/** Of task `embedding`: `embedding` of `size` numbers, and how it was made: `xvector`, or `pooled` features of a layer. */
export interface EmbeddingAnswer {
  readonly method: "xvector" | "pooled";
  readonly pool?: "mean" | "mean_std" | "max";
  readonly layer?: string;
  readonly l2: boolean;
  readonly size: number;
  readonly embedding: readonly number[];
}

/** Of task `classification`. */
export interface ClassificationAnswer {
  /**
   * `softmax`: one label holds, and scores sum to 1 over all labels; `sigmoid`: each may hold or not; `none`: a regression's
   * values as the model gives them.
   */
  readonly scores: "softmax" | "sigmoid" | "none";
  readonly labels: readonly { readonly label: string; readonly score: number }[];
}

/** A span in which one speaker talks; seconds are of the clip as it was received. */
export interface SpeakerSegment {
  readonly speaker: string;
  readonly start: number;
  readonly end: number;
  /** The mean over its frames. */
  readonly probability: number;
}

/** Of task `diarization`. */
export interface DiarizationAnswer {
  /** Those of the model, and more if the windows of a long clip have others. */
  readonly speakers: readonly string[];
  /** By start, and by speaker where several start at once. */
  readonly segments: readonly SpeakerSegment[];
  /**
   * Of a clip that was computed in several windows: how their speakers were matched, by the frames that two have in common or by
   * embeddings of their voices.
   */
  readonly windows_matched_by?: "overlap" | "embeddings";
  /** [frames][speakers]. */
  readonly probabilities?: readonly (readonly number[])[];
}

/** A threshold for the cosine of speakers' embeddings, and what it was found on. */
export interface ThresholdMembers {
  readonly cosine: number;
  readonly equal_error_rate: number;
  readonly target_pairs: number;
  readonly non_target_pairs: number;
  readonly source: string;
}

/** Of task `comparison`: comparison of two speakers: the cosine of their embeddings, and the decision if the pack has a threshold. */
export interface ComparisonAnswer {
  readonly cosine: number;
  readonly threshold: ThresholdMembers | null;
  readonly same_speaker: boolean | null;
  readonly note: string;
}
