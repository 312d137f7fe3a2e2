/** Answers in JSON as they are kept: the bytes that every reader gets, and beside them what their headers say. */
import type { ClipSelection } from "../../audio/clip.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import type { ComputedClip } from "../../results/computed.ts";
import { resultKey } from "../../results/key.ts";
import type { StoredResult } from "../../results/results.ts";
import type { SpreadResult } from "../../results/spread.ts";
import { selectionKey } from "../../tasks/features/key.ts";
import type { TaskName } from "../../tasks/names.ts";
import type { WrittenAnswer } from "./job-task.ts";

/** A kept answer. */
export interface KeptAnswer<Body> {
  readonly stamp: WrittenAnswer["stamp"];
  /** The members of the JSON answer, without the id of a request. */
  readonly body: Body;
  readonly json: Uint8Array;
}

/** An answer → what is kept of it. */
export function storeAnswer(
  { model, backend }: Pick<ComputedClip, "model" | "backend">,
  body: object,
): StoredResult {
  const json = new TextEncoder().encode(JSON.stringify(body));
  return { header: JSON.stringify({ model, backend, answerBytes: json.length }), parts: [json] };
}

/** The way back. */
export function restoreAnswer<Body>(result: StoredResult | SpreadResult): KeptAnswer<Body> {
  const { header } = result;
  const json = "parts" in result ? result.parts[0] : undefined;
  if (json === undefined) throw new RangeError("the answer was kept without its bytes");
  return { stamp: JSON.parse(header), body: JSON.parse(new TextDecoder().decode(json)), json };
}

/** The things that a kept answer depends on beside the clips. */
export interface AnswerKeyParts {
  readonly task: TaskName;
  readonly packDigest: string;
  readonly taps: Taps;
  readonly selection: ClipSelection;
  /** The task's own options, parsed. */
  readonly options: object;
  readonly windowSeconds: number;
}

/** Options that say which model and part of a clip is used, or how the answer is written: not what it says. */
const NOT_OF_THE_ANSWER = ["model", "channel", "track", "start", "end", "format"];

/** The key of the answer about clips with these SHA-256. */
export function answerKey(
  { task, packDigest, taps, selection, options, windowSeconds }: AnswerKeyParts,
  clipSha256s: readonly string[],
): Promise<string> {
  const own = Object.entries(options).filter(([name]) => !NOT_OF_THE_ANSWER.includes(name));
  return resultKey({
    clipSha256: clipSha256s.join("+"),
    packDigest,
    taps: JSON.stringify(taps),
    made: JSON.stringify([task, own.sort(([a], [b]) => (a < b ? -1 : 1))]),
    selection: selectionKey(selection),
    windowSeconds,
  });
}
