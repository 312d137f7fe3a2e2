/** What an isolate has to bear at once: uploads, jobs of the largest clips, pairs of clips, and results of all layers. */
import { setTimeout as pause } from "node:timers/promises";
import { makeWav } from "../../support/clips/make-wav.ts";
import type { BuiltWorker } from "../../support/runtimes/built-worker.ts";
import { speechLikeClip } from "../speech-clip.ts";

const CLIENTS = 9;
const JOBS = 3;
const PAIRS = 3;
const READS = 3;
/** Of a job's clip: a little less than `MAX_CLIP_BYTES`. */
const JOB_BYTES = 33_000_000;
const POLL_MS = 1000;
/** Half an hour: processors differ by ten times in how long all of it takes. */
const MAX_TRIES = 1800;

/**
 * Sends all of it; gives how often each answer came, such as `upload 200`. Answers of 503 are waited out and sent again, and so
 * are requests whose connection workerd closed: it does so when it answers before it has read all of a body.
 */
export async function clipMix(
  worker: BuiltWorker,
  seconds: number,
): Promise<ReadonlyMap<string, number>> {
  const answers = new Map<string, number>();
  const note = (name: string, status: number | "closed") => {
    const answer = `${name} ${status}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  };
  const send = async (name: string, path: string, body: () => BodyInit): Promise<Response> => {
    for (let tries = 0; ; tries++) {
      const response = await worker.fetch(path, { method: "POST", body: body() }).catch(() => null);
      if (response === null) {
        note(name, "closed");
        if (tries === MAX_TRIES) throw new Error(`${path} was never answered`);
        await pause(POLL_MS);
        continue;
      }
      note(name, response.status);
      if (response.status !== 503 || tries === MAX_TRIES) return response;
      await response.body?.cancel();
      await pause(Number(response.headers.get("Retry-After") ?? 1) * 1000);
    }
  };

  const upload = async (index: number) => {
    const clip = stereo(seconds, index);
    const response = await send("upload", "/v1/features?pool=mean", () => clip);
    await response.arrayBuffer();
  };
  const job = async (index: number) => {
    const clip = largeClip(index);
    const { id } = await (await send("job", "/v1/jobs?pool=mean&end=5", () => clip)).json();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { status } = await (await worker.fetch(`/v1/jobs/${id}`)).json();
      if (status !== "queued" && status !== "running") {
        note(`job ${status}`, 200);
        return;
      }
      await pause(POLL_MS);
    }
    note("job not done", 500);
  };
  // The model has no head for speakers, which is said when both clips have been received.
  const pair = async (index: number) => {
    const data = new FormData();
    for (const name of ["a", "b"]) data.append(name, new File([stereo(seconds, index)], name));
    // Miniflare takes no form of Node's.
    const form = new Response(data);
    const response = await worker.fetch("/v1/comparisons", {
      method: "POST",
      headers: { "Content-Type": form.headers.get("Content-Type") ?? "" },
      body: await form.arrayBuffer(),
    });
    note("comparison", response.status === 422 || response.status === 404 ? 200 : response.status);
    await response.body?.cancel();
  };
  const readAll = async (index: number) => {
    const { wav } = speechLikeClip(seconds);
    wav[44] = index;
    const path = "/v1/features?layers=all&format=safetensors";
    for (let time = 0; time < 2; time++) {
      const response = await send("all layers", path, () => wav);
      for await (const _ of response.body ?? []) await pause(1);
    }
  };

  await Promise.all([
    ...Array.from({ length: CLIENTS }, (_, index) => upload(index)),
    ...Array.from({ length: JOBS }, (_, index) => job(index)),
    ...Array.from({ length: PAIRS }, (_, index) => pair(index)),
    ...Array.from({ length: READS }, (_, index) => readAll(index)),
  ]);
  return answers;
}

/** 48 kHz stereo in 16 bits, as recorders give it. */
function stereo(seconds: number, index: number): Uint8Array<ArrayBuffer> {
  const samples = new Float32Array(48_000 * seconds).map((_, at) =>
    Math.sin(at * (0.01 + index * 1e-3)),
  );
  return makeWav({ sampleRateHz: 48_000, channels: [samples, samples], format: "s16" });
}

/** As many bytes as a job may have; its part is short. */
function largeClip(index: number): Uint8Array<ArrayBuffer> {
  const frames = Math.floor(JOB_BYTES / 8);
  const samples = new Float32Array(frames).map((_, at) => Math.sin(at * (0.02 + index * 1e-3)));
  return makeWav({ sampleRateHz: 48_000, channels: [samples, samples], format: "f32" });
}
