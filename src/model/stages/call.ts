/** Calls a stage: sends an order and takes its replies as they come. */
import { freeMemory } from "../../bytes.ts";
import { within } from "../../deadline.ts";
import { UndertoneError } from "../../errors.ts";
import { errorOf } from "../../failure.ts";
import { requestAborted } from "../engine/semaphore.ts";
import type { Matrix } from "../matrix.ts";
import { encodeFrame, type FrameBytes, frameReader } from "./protocol/frames.ts";
import {
  type Done,
  type Order,
  type Probed,
  type Reply,
  replySchema,
} from "./protocol/messages.ts";

/** The way to one stage, such as a service binding. */
export interface StageLink {
  /**
   * Sends a message and gives the answer as it comes.
   * @throws UndertoneError `stage-mismatch` if what answers is no stage; any other Error if nothing does.
   */
  call(message: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<FrameBytes>;
}

/** A stage that could not be reached, or was gone before it had said all. */
export class StageLost extends Error {
  override readonly name = "StageLost";
}

/** Takes what a stage computes, as it comes. */
export interface StageListener {
  /** The hidden state of this index was computed. */
  layer(index: number): void;
  matrix(name: string, matrix: Matrix): void;
}

/** What ends the answer to an order. */
type EndOf<Asked extends Order> = Asked extends { readonly kind: "probe" } ? Probed : Done;

/** A stage says that it is alive much more often. */
const SILENCE_MS = 30_000;

/**
 * Has a stage carry out an order.
 * @throws UndertoneError what the stage or its link throws, `request-aborted` once `signal` is aborted
 * @throws StageLost if it cannot be reached, dies, or is silent for half a minute
 */
export async function callStage<Asked extends Order>(
  link: StageLink,
  order: Asked,
  numbers: readonly Float32Array[],
  listener: StageListener,
  signal: AbortSignal | undefined,
): Promise<EndOf<Asked>> {
  const ending = new AbortController();
  const either = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]);
  try {
    const message = encodeFrame(order, numbers);
    const outcome = await exchange(link, message, listener, either);
    // It has been received, since it has been answered.
    if (outcome.kind === "done") freeMemory(message);
    if (outcome.kind === "failure") throw errorOf(outcome.failure);
    if ((outcome.kind === "probed") === (order.kind === "probe")) return outcome as EndOf<Asked>;
    throw new StageLost(`it answered with ${outcome.kind}`);
  } catch (error) {
    ending.abort();
    if (signal?.aborted) throw requestAborted();
    throw error;
  }
}

type Ending = Extract<Reply, { readonly kind: "done" | "probed" | "failure" }>;

/** Sends a message and takes replies until the last. */
async function exchange(
  link: StageLink,
  message: Uint8Array<ArrayBuffer>,
  listener: StageListener,
  signal: AbortSignal,
): Promise<Ending> {
  try {
    const answer = await beforeSilence(link.call(message, signal));
    const reader = frameReader({ take: (count) => beforeSilence(answer.take(count)) });
    let ending: Ending | null = null;
    for (;;) {
      const header = await reader.header();
      if (header === null) break;
      const reply = replySchema.parse(header);
      if (reply.kind === "layer") listener.layer(reply.index);
      else if (reply.kind === "matrix") {
        const { name, rows, columns } = reply;
        listener.matrix(name, { rows, columns, data: await reader.numbers(rows * columns) });
      } else if (reply.kind !== "alive") ending = reply;
    }
    if (ending === null) throw new Error("it ended without saying why");
    return ending;
  } catch (error) {
    if (error instanceof UndertoneError) throw error;
    throw new StageLost(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws Error after half a minute */
async function beforeSilence<Value>(work: Promise<Value>): Promise<Value> {
  return await within(SILENCE_MS, work, () => {
    throw new Error(`it was silent for ${SILENCE_MS / 1000} s`);
  });
}
