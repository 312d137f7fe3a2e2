/** Requests of all kinds for some minutes: clips that are new, repeated and refused, jobs with webhooks, and what clients get wrong. */
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../region/random.ts";
import { speechLikeClip } from "../speech-clip.ts";

/** A run of the load. */
export interface DashboardLoad {
  readonly url: string;
  /** Where webhooks are sent. */
  readonly receiver: string;
  readonly seconds: number;
  readonly seed: number;
}

const CLIP_SECONDS = [2, 5, 10, 20];
/** The second third of the time has so many requests a second; the others have a quarter. */
const PEAK_PER_SECOND = 12;
const CALM_SHARE = 0.25;

/** Sends requests at random times (a Poisson process), whatever the answers are; settles once all are answered. */
export async function runLoad({ url, receiver, seconds, seed }: DashboardLoad): Promise<void> {
  const random = seededRandom(seed);
  const clips = CLIP_SECONDS.map((length) => speechLikeClip(length).wav);
  const pick = () => clips[Math.floor(random() * clips.length)] as Uint8Array<ArrayBuffer>;
  const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: "POST", body, headers });
  const computed = { "Cache-Control": "no-store" };
  const job = `/v1/jobs?pool=mean&callback_url=${encodeURIComponent(receiver)}`;
  const kinds: readonly [number, () => Promise<Response>][] = [
    [0.5, () => post("/v1/features?pool=mean", pick(), computed)],
    [0.15, () => post("/v1/transcriptions", pick(), computed)],
    [0.15, () => post("/v1/features?pool=mean", pick())],
    [0.1, () => post(job, pick())],
    [0.02, () => post(job, "no audio at all")],
    [0.03, () => post("/v1/features?pool=soup", pick())],
    [0.03, () => post("/v1/features", "no audio at all")],
    [0.02, () => fetch(`${url}/v1/jobs/job_${crypto.randomUUID().replaceAll("-", "")}`)],
  ];
  await post("/v1/webhook-secrets", "");
  const answers: Promise<unknown>[] = [];
  const startMs = performance.now();
  for (;;) {
    const share = (performance.now() - startMs) / 1000 / seconds;
    if (share >= 1) break;
    const isPeak = share > 1 / 3 && share < 2 / 3;
    const perSecond = PEAK_PER_SECOND * (isPeak ? 1 : CALM_SHARE);
    await pause((-Math.log(1 - random()) / perSecond) * 1000);
    answers.push(send(kinds, random()).catch(() => {}));
  }
  await Promise.all(answers);
}

async function send(
  kinds: readonly (readonly [number, () => Promise<Response>])[],
  chance: number,
): Promise<void> {
  let left = chance;
  for (const [share, ask] of kinds) {
    left -= share;
    if (left > 0) continue;
    await (await ask()).arrayBuffer();
    return;
  }
}
