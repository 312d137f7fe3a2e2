/** Clients that go on until they are told to end: honest, slow, mistaken and hostile ones. */
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { HOSTILE_CLIPS } from "../../support/clips/hostile/index.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { type Strike, toldAnswer, type Victim } from "./attack.ts";
import { ATTACKS } from "./known-attacks.ts";
import { ANSWER_PATIENCE_MS, post, proofOf } from "./post.ts";
import { beginPost } from "./raw-request.ts";
import { postWhole } from "./strikes.ts";

export type ClientKind = "honest" | "slow" | "mistaken" | "hostile";

/** Does one thing after another; `report` is told each answer and the milliseconds that it took. */
export type Client = (
  victim: Victim,
  /** Which one of its kind it is, from 0. */
  index: number,
  report: (answer: string, milliseconds: number) => void,
  until: AbortSignal,
) => Promise<void>;

const FEATURES = "/v1/features?pool=mean";
const HONEST_INTERVAL_MS = 2_000;
const MISTAKEN_INTERVAL_MS = 1_000;
const HOSTILE_INTERVAL_MS = 2_000;
/** Above MIN_BODY_BYTES_PER_SECOND, so that they may go on. */
const SLOW_BYTES = 100;
const SLOW_INTERVAL_MS = 1_000;

/** A clip of 5 s every two seconds, each computed anew. */
const honest: Client = async (victim, index, report, until) => {
  const { wav } = speechLikeClip(5);
  const agent = new Agent({ keepAlive: true });
  const headers = { "Content-Type": "audio/wav", "Cache-Control": "no-store" };
  await every(HONEST_INTERVAL_MS, index, until, async () => {
    const startedMs = performance.now();
    const answer = await post(victim, agent, FEATURES, headers, wav);
    report(answer, performance.now() - startedMs);
  });
  agent.destroy();
};

/** A clip that comes at 100 bytes a second. */
const slow: Client = async (victim, index, report, until) => {
  const { wav } = speechLikeClip(5);
  await every(SLOW_INTERVAL_MS, index, until, async () => {
    const startedMs = performance.now();
    const proof = proofOf(victim);
    const begun = await beginPost(new URL(FEATURES, victim.url), proof, victim.localAddress);
    let isOver = false;
    const answer = toldAnswer(begun).finally(() => {
      isOver = true;
    });
    for (let at = 0; at < wav.length && !isOver && !until.aborted; at += SLOW_BYTES) {
      await begun.send(wav.subarray(at, at + SLOW_BYTES));
      await Promise.race([pause(SLOW_INTERVAL_MS), answer, endOf(until)]);
    }
    begun.socket.destroy();
    if (!until.aborted) report(await answer, performance.now() - startedMs);
  });
};

const MISTAKES: readonly (readonly [path: string, body: Uint8Array])[] = [
  [FEATURES, new Uint8Array()],
  [FEATURES, Buffer.from("This is a text and not a clip.")],
  [FEATURES, speechLikeClip(1).wav.subarray(0, 44)],
  [`${FEATURES}&layers=99`, speechLikeClip(1).wav],
  [`${FEATURES}&colour=red`, speechLikeClip(1).wav],
  ["/v1/features?model=none", speechLikeClip(1).wav],
  ["/v1/nothing", speechLikeClip(1).wav],
  ["/v1/batches", Buffer.from('{"url": 1}\n')],
  ["/v1/jobs?pool=mean", Buffer.from("no clip")],
];

/** One mistake after another. */
const mistaken: Client = async (victim, index, report, until) => {
  const agent = new Agent({ keepAlive: true });
  let next = index;
  await every(MISTAKEN_INTERVAL_MS, index, until, async () => {
    const startedMs = performance.now();
    const [path, body] = MISTAKES[next++ % MISTAKES.length];
    const answer = await post(victim, agent, path, {}, body);
    report(answer, performance.now() - startedMs);
  });
  agent.destroy();
};

/** One attack after another, hostile clips among them; one begins no sooner than two seconds after the one before. */
const hostile: Client = async (victim, index, report, until) => {
  let next = index;
  await every(HOSTILE_INTERVAL_MS, index, until, async () => {
    const strike = strikes()[next++ % strikes().length];
    const startedMs = performance.now();
    const late = pause(ANSWER_PATIENCE_MS, ["no answer"], { ref: false });
    const answers = await Promise.race([strike(victim), late]);
    for (const answer of answers) report(answer, performance.now() - startedMs);
  });
};

export const CLIENTS: Readonly<Record<ClientKind, Client>> = { honest, slow, mistaken, hostile };

let made: readonly Strike[] | undefined;

/** State shared by hostile clients: all attacks except held connections, and all hostile clips. */
function strikes(): readonly Strike[] {
  made ??= [
    ...ATTACKS.filter(({ name }) => !name.startsWith("idle-")).map(({ prepare }) => prepare()),
    ...HOSTILE_CLIPS.map(({ make, attackBytes }) => postWhole(FEATURES, make(attackBytes))),
  ];
  return made;
}

/** Makes what clients of this kind send, before time counts. */
export function prepareClients(kind: ClientKind): void {
  if (kind === "hostile") strikes();
}

/** Works again and again, so that beginnings are `intervalMs` apart if the work takes less; clients begin one after another. */
async function every(
  intervalMs: number,
  index: number,
  until: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  // The golden ratio spreads any number of clients evenly.
  await Promise.race([pause(((index * 0.618) % 1) * intervalMs), endOf(until)]);
  while (!until.aborted) {
    const next = pause(intervalMs);
    await Promise.race([work(), endOf(until)]);
    await Promise.race([next, endOf(until)]);
  }
}

function endOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
