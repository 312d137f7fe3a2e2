/** Messages between a server and the threads of its engines; all of them can be posted. */
import type { Failure } from "../../../failure.ts";
import type { LogEntry } from "../../../log.ts";
import type { ChoiceEvent, KnownChoice } from "../../../model/backend/choice.ts";
import type { BackendName, BackendReport } from "../../../model/backend/report.ts";
import type {
  EngineLimits,
  EngineResult,
  WindowInput,
  WindowResult,
} from "../../../model/engine/engine.ts";
import type { Taps } from "../../../model/engine/taps/taps.ts";
import type { HeadPart } from "../../../model/heads/parts.ts";
import type { HeadOutput } from "../../../model/heads/run-head.ts";
import type { InstalledPack } from "../../../model/pack/registry.ts";
import type { EngineProbe } from "../../../model/probe/engine-probe.ts";

/** The data that a thread is started with. */
export interface EngineSetup {
  readonly packsDirectory: string;
  readonly limits: EngineLimits;
  /** Threads of the engine, its own among them. */
  readonly threads: number;
  /** Computes with this one and no other; `null` for the best that gives the right numbers. */
  readonly backend: BackendName | null;
  /** Whether it waits to be told what another engine has chosen, instead of timing backends itself. */
  readonly isFollower: boolean;
}

/** Something that an engine computes: a clip, a window of one, or a head over all windows. */
export type EngineWork =
  | {
      readonly kind: "clip";
      readonly samples: Float32Array;
      readonly quiet?: Uint8Array | undefined;
    }
  | { readonly kind: "window"; readonly input: WindowInput }
  | { readonly kind: "heads"; readonly parts: readonly HeadPart[] };

/** What comes of it. */
export type EngineAnswer = EngineResult | WindowResult | HeadOutput | null;

/** To a thread: choose what another engine has chosen, compute something, probe the engine, stop doing so, or give everything up and end. */
export type EngineRequest =
  /** `null`: nothing is known of another's choice. */
  | { readonly kind: "follow"; readonly known: KnownChoice | null }
  | {
      readonly kind: "run";
      readonly id: number;
      readonly pack: InstalledPack;
      readonly work: EngineWork;
      readonly taps: Taps;
    }
  | { readonly kind: "probe"; readonly id: number }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "close" };

/** From a thread: how far a computation is, how it or a probe ended, a line for the log, or what it computes with. */
export type EngineReply =
  | {
      readonly kind: "progress";
      readonly id: number;
      readonly layersDone: number;
      readonly layersTotal: number;
    }
  | { readonly kind: "result"; readonly id: number; readonly result: EngineAnswer }
  | { readonly kind: "probed"; readonly id: number; readonly probe: EngineProbe }
  | { readonly kind: "failure"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "log"; readonly entry: LogEntry }
  | { readonly kind: "backend"; readonly event: ChoiceEvent; readonly report: BackendReport }
  | { readonly kind: "unusable"; readonly failure: Failure };
