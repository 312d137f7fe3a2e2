/** Messages between a page and the worker that computes for it. */

import type { Failure } from "../failure.ts";
import type { BackendName, BackendReport } from "../model/backend/report.ts";
import type { Features } from "../results/computed.ts";
import type { ClipOptions, Progress } from "./request.ts";

/** A task, as the worker is asked for it. */
export interface AskedTask {
  /** One that there is, or not: the worker says. */
  readonly task: string;
  readonly clips: readonly Blob[];
  /** Those of the task's endpoint, as text. */
  readonly options: Readonly<Record<string, string>>;
}

/** The addresses of service and assets, and the choice of pack and backend. */
export interface EngineOptions {
  /** The service whose packs are computed with, such as `https://undertone.example/`. */
  readonly service: string;
  /** The folder of the engine's own files. */
  readonly assets: string;
  /** The pack; the service's first by id, in the precision that the backend wants, if left out. */
  readonly model?: string;
  /** An API key, if the service wants one. */
  readonly key?: string;
  /** Computes with this one and no other. */
  readonly backend?: BackendName;
}

/** The features of a clip, and the backend that computed them. */
export interface LocalFeatures extends Features {
  readonly backendReport: BackendReport;
}

export type ToWorker =
  | { readonly kind: "open"; readonly options: EngineOptions }
  | {
      readonly kind: "compute";
      readonly id: number;
      readonly clip: Blob;
      readonly options: ClipOptions;
    }
  | ({
      readonly kind: "task";
      readonly id: number;
      readonly model: string | undefined;
    } & AskedTask);

export type FromWorker =
  | { readonly kind: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly kind: "features"; readonly id: number; readonly features: LocalFeatures }
  | { readonly kind: "answer"; readonly id: number; readonly answer: object }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure };
