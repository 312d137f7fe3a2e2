/** What is said between a server and the threads that its engines run in; all of it can be posted. */
import { type ErrorSlug, UndertoneError } from "../../../errors.ts";
import type { LogEntry } from "../../../log.ts";
import type { ChoiceEvent } from "../../../model/backend/choice.ts";
import type { BackendName, BackendReport } from "../../../model/backend/report.ts";
import type { EngineLimits, EngineResult } from "../../../model/engine/engine.ts";
import type { Taps } from "../../../model/engine/taps/taps.ts";
import type { InstalledPack } from "../../../model/pack/registry.ts";

/** What a thread is started with. */
export interface EngineSetup {
  readonly packsDirectory: string;
  readonly limits: EngineLimits;
  /** Threads of the engine, its own among them. */
  readonly threads: number;
  /** Computes with this one and no other; `null` for the best that gives the right numbers. */
  readonly backend: BackendName | null;
}

/** To a thread: compute a clip, stop computing it, or give everything up and end. */
export type EngineRequest =
  | {
      readonly kind: "run";
      readonly id: number;
      readonly pack: InstalledPack;
      readonly samples: Float32Array;
      readonly taps: Taps;
    }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "close" };

/** From a thread: how far a computation is, how it ended, a line for the log, or what it computes with. */
export type EngineReply =
  | {
      readonly kind: "progress";
      readonly id: number;
      readonly layersDone: number;
      readonly layersTotal: number;
    }
  | { readonly kind: "result"; readonly id: number; readonly result: EngineResult }
  | { readonly kind: "failure"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "log"; readonly entry: LogEntry }
  | { readonly kind: "backend"; readonly event: ChoiceEvent; readonly report: BackendReport }
  | { readonly kind: "unusable"; readonly failure: Failure };

/** An error without its class, which no message can carry; `slug` where it was an UndertoneError. */
export interface Failure {
  readonly slug?: ErrorSlug;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Takes an error apart for a message. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  if (!(error instanceof UndertoneError)) return { name, message, stack };
  const { slug, extensions } = error;
  return { slug, extensions, name, message, stack };
}

/** Puts the error together again: an UndertoneError is one again, anything else is an Error with its name and stack. */
export function errorOf({ slug, extensions, name, message, stack }: Failure): Error {
  const error =
    slug === undefined ? new Error(message) : new UndertoneError(slug, message, extensions);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
