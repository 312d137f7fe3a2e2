/** A stage: computes the orders of the Worker in front with its part of the model, whose weights stay in memory. */
import { UndertoneError } from "../../errors.ts";
import { failureOf } from "../../failure.ts";
import { createLedger, type MemoryLedger } from "../../ledger.ts";
import { joinWork } from "../../once.ts";
import type { Backend } from "../backend/backend.ts";
import type { EngineLimits } from "../engine/engine.ts";
import { weightResidency } from "../engine/memory/residency.ts";
import { computationRoom } from "../engine/memory/room.ts";
import { programSessions } from "../engine/programs.ts";
import { computationQueue } from "../engine/queue.ts";
import { requestAborted } from "../engine/semaphore.ts";
import { blobReader, type DamageReport } from "../pack/blobs.ts";
import { manifestKey, type PackStorage } from "../pack/manifest.ts";
import { readManifest } from "../pack/registry.ts";
import { engineProbe } from "../probe/engine-probe.ts";
import { ofPart } from "./memory.ts";
import { createOrderRunner, type OrderRunner } from "./order-runner.ts";
import { planParts } from "./parts.ts";
import { encodeFrame, type FrameBytes, FrameFault, frameReader } from "./protocol/frames.ts";
import {
  type Address,
  type ClipOrder,
  type Order,
  orderSchema,
  type PackAddress,
  type Reply,
} from "./protocol/messages.ts";
import { otherEngine, otherPack, otherPlace, unreadable } from "./refusals.ts";

/** How often a stage says that it is alive. */
const ALIVE_MS = 5000;

/** Dependencies of a stage. */
export interface StageParts {
  /** Its number, from 1, and how many there are. */
  readonly stage: number;
  readonly stages: number;
  /** Stands for the code that computes: stages of other code would give other bits. */
  readonly engineDigest: string;
  readonly backend: () => Promise<Backend>;
  readonly storage: PackStorage;
  readonly reportDamage: DamageReport;
  /** Told of errors that are no UndertoneError. */
  readonly reportFault: (error: unknown) => void;
  readonly limits: EngineLimits;
  /** Of all memory of the isolate; one of its own if it is left out. */
  readonly ledger?: MemoryLedger;
}

/** A stage. */
export interface Stage {
  /** Reads one order and emits the frames of its replies, a failure among them; settles when all is said or nobody listens. */
  answer(
    order: FrameBytes,
    emit: (frame: Uint8Array<ArrayBuffer>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}

type HowToRun = Parameters<OrderRunner["run"]> extends [unknown, ...infer How] ? How : never;

/** Creates a stage; nothing is read before its first order. */
export function createStage(parts: StageParts): Stage {
  const { storage, limits, ledger = createLedger(limits.memoryBudgetBytes) } = parts;
  const queue = computationQueue(limits.maxQueue);
  const readBlob = blobReader(storage, parts.reportDamage);
  const probe = engineProbe(parts.backend, queue);
  const runners = new Map<string, Promise<OrderRunner>>();

  const open = async (address: PackAddress): Promise<OrderRunner> => {
    const bytes = await storage.get(manifestKey(address.pack.id));
    const pack = bytes === null ? null : await readManifest(bytes);
    if (pack?.packDigest !== address.pack.digest) throw otherPack(address, pack);
    const { manifest } = pack;
    const part = planParts(manifest, parts.stages)[parts.stage - 1];
    const backend = await parts.backend();
    const own = ofPart(manifest, part);
    const residency = weightResidency(own, readBlob);
    return createOrderRunner({
      ...{ manifest, part, backend, residency, queue, limits },
      room: computationRoom(ledger, backend, residency, own),
      sessions: programSessions(manifest, readBlob, backend),
    });
  };

  const compute = async (order: ClipOrder, ...how: HowToRun) => {
    const runner = await joinWork(runners, order.pack.digest, () => open(order));
    return runner.run(order, ...how);
  };

  return {
    async answer(bytes, emit, signal) {
      const send = (reply: Reply, numbers?: readonly Float32Array[]) =>
        emit(encodeFrame(reply, numbers)).catch(callerLeft);
      const beat = setInterval(() => void send({ kind: "alive" }).catch(() => {}), ALIVE_MS);
      try {
        const reader = frameReader({ take: (count) => bytes.take(count).catch(callerLeft) });
        const order = checked(await reader.header(), parts);
        if (order.kind === "probe") await send({ kind: "probed", probe: await probe(signal) });
        else await send(await compute(order, reader, send, signal));
      } catch (error) {
        if (!(error instanceof UndertoneError) && !signal.aborted) parts.reportFault(error);
        const failure = failureOf(error instanceof FrameFault ? unreadable(parts, error) : error);
        // Nobody may be there any more to hear of it.
        await send({ kind: "failure", failure }).catch(() => {});
      } finally {
        clearInterval(beat);
      }
    },
  };
}

/** A stream of a caller breaks when the caller leaves, which may be before its signal says so. */
function callerLeft(): never {
  throw requestAborted();
}

/** @throws UndertoneError `stage-mismatch` for an order of another version, or for another stage. */
function checked(header: unknown, parts: StageParts): Order {
  const address = header as Partial<Address> | null;
  if (address?.engineDigest !== parts.engineDigest) throw otherEngine(parts);
  const order = orderSchema.safeParse(header);
  if (!order.success) throw unreadable(parts, order.error);
  const { stage, stages } = order.data;
  if (stage !== parts.stage || stages !== parts.stages) throw otherPlace(parts, order.data);
  return order.data;
}
