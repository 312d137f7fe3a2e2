/** The tasks of clips, whose answers are waited for. */
import type { Client as ApiClient } from "openapi-fetch";
import type { Paths, QueryOf, Schemas } from "./api.ts";
import { type CallOptions, type Clip, clipInit, pairInit } from "./clip.ts";
import { dataOf } from "./errors.ts";
import { decodeEmbedding, decodeFeatures, type Embedding, type Features } from "./numbers.ts";
import type { RetryTerms } from "./retry.ts";

/** Where an answer may be JSON or a file, the types are those of the JSON. */
export type Api = ApiClient<Paths, `application/${string}json`>;

export type FeatureOptions = Omit<QueryOf<"computeFeatures">, "format" | "encoding" | "dtype">;
export type EmbeddingOptions = QueryOf<"computeEmbedding">;
export type ComparisonOptions = QueryOf<"compareClips">;
export type TranscriptionOptions = Omit<QueryOf<"transcribeClip">, "format">;
export type ClassificationOptions = QueryOf<"classifyClip">;
export type DiarizationOptions = Omit<QueryOf<"diarizeClip">, "format">;

/** What a service computes while the caller waits. Each throws ServiceError and UnreachableError. */
export interface Tasks {
  /** Hidden states, pooled or frame by frame, as Float32Arrays with their shapes. */
  features(clip: Clip, options?: FeatureOptions & CallOptions): Promise<Features>;
  /** One vector for a clip. */
  embed(clip: Clip, options?: EmbeddingOptions & CallOptions): Promise<Embedding>;
  /** How alike the speakers of two clips are. */
  compare(
    a: Clip,
    b: Clip,
    options?: ComparisonOptions & CallOptions,
  ): Promise<Schemas["Comparison"]>;
  /** What is said, with the times of words in seconds. */
  transcribe(
    clip: Clip,
    options?: TranscriptionOptions & CallOptions,
  ): Promise<Schemas["Transcription"]>;
  /** Labels with their scores, best first. */
  classify(
    clip: Clip,
    options?: ClassificationOptions & CallOptions,
  ): Promise<Schemas["Classification"]>;
  /** Who speaks when, in seconds. */
  diarize(clip: Clip, options?: DiarizationOptions & CallOptions): Promise<Schemas["Diarization"]>;
}

/** Makes the calls of tasks. */
export function createTasks(api: Api, terms: RetryTerms): Tasks {
  return {
    async features(clip, { signal, ...options } = {}) {
      const query = { ...options, format: "json", encoding: "base64" } as const;
      const init = clipInit(terms, clip, { signal });
      return decodeFeatures(dataOf(await api.POST("/v1/features", { params: { query }, ...init })));
    },
    async embed(clip, { signal, ...query } = {}) {
      const init = clipInit(terms, clip, { signal });
      const answer = dataOf(await api.POST("/v1/embeddings", { params: { query }, ...init }));
      return decodeEmbedding(answer as Schemas["Embedding"]);
    },
    async compare(a, b, { signal, ...query } = {}) {
      const init = await pairInit(terms, a, b, { signal });
      return dataOf(await api.POST("/v1/comparisons", { params: { query }, ...init }));
    },
    async transcribe(clip, { signal, ...query } = {}) {
      const init = clipInit(terms, clip, { signal });
      return dataOf(await api.POST("/v1/transcriptions", { params: { query }, ...init }));
    },
    async classify(clip, { signal, ...query } = {}) {
      const init = clipInit(terms, clip, { signal });
      return dataOf(await api.POST("/v1/classifications", { params: { query }, ...init }));
    },
    async diarize(clip, { signal, ...query } = {}) {
      const init = clipInit(terms, clip, { signal });
      return dataOf(await api.POST("/v1/diarizations", { params: { query }, ...init }));
    },
  };
}
