/** Engines over stages in this process: everything of stages but the service bindings between them. */
import type { MemoryLedger } from "../../../src/ledger.ts";
import type { Backend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import type { Engine, EngineLimits } from "../../../src/model/engine/engine.ts";
import { computationQueue } from "../../../src/model/engine/queue.ts";
import { manifestKey, type PackStorage } from "../../../src/model/pack/manifest.ts";
import { readManifest } from "../../../src/model/pack/registry.ts";
import type { StageLink } from "../../../src/model/stages/call.ts";
import { createStagedEngine } from "../../../src/model/stages/engine.ts";
import { bytesOfPieces } from "../../../src/model/stages/protocol/bytes.ts";
import { createStage, type Stage, type StageParts } from "../../../src/model/stages/stage.ts";
import { AMPLE_LIMITS } from "../../../support/packs/tiny-pack.ts";

const ENGINE_DIGEST = "of-this-test";

/** Pieces of messages are cut at odd places, as a network may. */
const PIECE_BYTES = 4099;

let backend: Promise<Backend> | undefined;

/** A stage over `storage`; `changes` replace what it is made of. */
export function stageOver(
  storage: PackStorage,
  place: { readonly stage: number; readonly stages: number },
  changes: Partial<StageParts> = {},
): Stage {
  backend ??= createNodeBackend();
  const made = backend;
  return createStage({
    ...place,
    engineDigest: ENGINE_DIGEST,
    backend: () => made,
    storage,
    reportDamage: () => {},
    reportFault: () => {},
    limits: AMPLE_LIMITS,
    ...changes,
  });
}

/** The way to a stage of this process. */
export function linkTo(stage: Stage): StageLink {
  return {
    async call(message, signal) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const pieces = readable[Symbol.asyncIterator]();
      // The end of reading ends writes that wait for it, which the end of writing does not.
      signal.addEventListener("abort", () => void pieces.return?.());
      writer.closed.catch(() => {});
      void stage
        .answer(bytesOfPieces(piecesOf(message)), (frame) => writePieces(writer, frame), signal)
        .finally(() => writer.close().catch(() => {}));
      return bytesOfPieces({ [Symbol.asyncIterator]: () => pieces });
    },
  };
}

/** How an engine over stages is made. */
export interface StagedOptions {
  readonly limits?: EngineLimits;
  /** Of the Worker in front. */
  readonly ledger?: MemoryLedger;
  /** Of each stage, by its number. */
  readonly changes?: (stage: number) => Partial<StageParts>;
  /** Replaces the way to a stage. */
  readonly link?: (stage: number, link: StageLink) => StageLink;
  readonly reportLost?: (stage: number) => void;
  /** Where each stage reads its part, by its number; the engine's own storage otherwise. */
  readonly storageOf?: (stage: number) => PackStorage;
}

/** An engine of pack `id` over so many stages. */
export async function stagedEngine(
  storage: PackStorage,
  id: string,
  stages: number,
  options: StagedOptions = {},
): Promise<Engine> {
  const { limits = AMPLE_LIMITS, ledger, changes, link, storageOf, reportLost } = options;
  const links = Array.from({ length: stages }, (_, index) => {
    const stage = index + 1;
    const own = { limits, ...changes?.(stage) };
    const made = linkTo(stageOver(storageOf?.(stage) ?? storage, { stage, stages }, own));
    return link?.(stage, made) ?? made;
  });
  const bytes = (await storage.get(manifestKey(id))) as Uint8Array<ArrayBuffer>;
  return createStagedEngine({
    pack: await readManifest(bytes),
    stages: {
      ...{ links, engineDigest: ENGINE_DIGEST, reportLost: reportLost ?? (() => {}) },
      memoryBudgetBytes: limits.memoryBudgetBytes,
    },
    queue: computationQueue(limits.maxQueue),
    limits,
    ...(ledger && { ledger }),
  });
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES);
}

async function writePieces(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  frame: Uint8Array,
): Promise<void> {
  const writes: Promise<void>[] = [];
  for (let at = 0; at < frame.length; at += PIECE_BYTES) {
    writes.push(writer.write(frame.slice(at, at + PIECE_BYTES)));
  }
  await Promise.all(writes);
}
