/** Every task with options of its own, and the clips it is asked about, as its endpoint and as jobs take them. */
import type { TaskName } from "../../../src/tasks/names.ts";
import { wavOf } from "../http/tasks.ts";

/** A task as it is asked for. */
export interface TaskCase {
  readonly task: TaskName;
  /** Of its endpoint. */
  readonly path: string;
  /** Without those of jobs; `model` among them. */
  readonly options: Readonly<Record<string, string>>;
  readonly isOfPairs: boolean;
}

const FEATURES = { task: "features", path: "/v1/features", isOfPairs: false } as const;

export const TASK_CASES: readonly TaskCase[] = [
  { ...FEATURES, options: { model: "tiny-group-fp32", pool: "mean_std", format: "npy" } },
  {
    task: "transcription",
    path: "/v1/transcriptions",
    options: { model: "tiny-ctc-fp32", decoder: "beam", tokens: "true", skip_silence: "true" },
    isOfPairs: false,
  },
  {
    task: "embedding",
    path: "/v1/embeddings",
    options: { model: "tiny-xvector-fp32", l2: "true", start: "0.1" },
    isOfPairs: false,
  },
  {
    task: "classification",
    path: "/v1/classifications",
    options: { model: "tiny-seqcls-fp32", top: "2" },
    isOfPairs: false,
  },
  {
    task: "diarization",
    path: "/v1/diarizations",
    options: { model: "tiny-afc-fp32", threshold: "0.4", format: "rttm" },
    isOfPairs: false,
  },
  {
    task: "comparison",
    path: "/v1/comparisons",
    options: { model: "tiny-xvector-fp32", channel: "0" },
    isOfPairs: true,
  },
];

/** Called so wherever it comes from, for formats that name the clip. */
export const CLIP_FILE = "call.wav";
export const CLIP = await wavOf("x16000");
export const OTHER_FILE = "reference.wav";
export const OTHER_CLIP = await wavOf("single1");

/** The clips at the addresses `/call.wav` and `/reference.wav`. */
export const CLIPS_BY_PATH: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map([
  [`/${CLIP_FILE}`, CLIP],
  [`/${OTHER_FILE}`, OTHER_CLIP],
]);

/** The clips as a form. */
export function formOf({ isOfPairs }: TaskCase): FormData {
  const form = new FormData();
  const file = (bytes: BlobPart, name: string) => new File([bytes], name);
  form.append(isOfPairs ? "a" : "file", file(CLIP, CLIP_FILE));
  if (isOfPairs) form.append("b", file(OTHER_CLIP, OTHER_FILE));
  return form;
}

/** Where the clips are, in the names of JSON bodies: `audio_url`, or `a_url` and `b_url`. */
export function urlsOf({ isOfPairs }: TaskCase, origin: string): Record<string, string> {
  const call = `${origin}/${CLIP_FILE}`;
  return isOfPairs ? { a_url: call, b_url: `${origin}/${OTHER_FILE}` } : { audio_url: call };
}

/** The query of a job. */
export function jobQuery({ task, options }: TaskCase, more: Record<string, string> = {}): string {
  return `?${new URLSearchParams({ task, ...options, ...more })}`;
}

/** An answer's bytes as text, without the id of the request, which is the last member of JSON. */
export async function answerBytes(response: Response): Promise<string> {
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(bytes.toString());
  return bytes.toString("latin1").replace(/,"request_id":"[^"]*"\}$/, "}");
}
