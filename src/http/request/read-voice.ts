/** The way of a request with a clip in which somebody speaks, up to the embedding of that voice. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { quietFrames } from "../../audio/clip/quiet.ts";
import { UndertoneError } from "../../errors.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import type { HeadOf } from "../../model/heads/head.ts";
import { l2Normalised } from "../../model/heads/vectors.ts";
import { embeddingSpace } from "../../model/pack/embedding-space.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Voice } from "../../speakers/speaker.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { joinOptions, selectionOf } from "../../tasks/options/request.ts";
import type { TaskClip, TaskOptionsSchema } from "../../tasks/task.ts";
import type { AppEnv } from "../context.ts";
import { openModel, readClip } from "./read-clip.ts";

/** A model that knows voices. */
export interface VoiceModel {
  readonly engine: Engine;
  readonly head: HeadOf<"xvector">;
  /** The space that its embeddings are in. */
  readonly space: string;
}

/** A request's clip, computed. */
export interface ReadVoice<Options> {
  readonly options: Options;
  readonly model: VoiceModel;
  readonly voice: Voice;
  readonly computed: TaskClip;
}

/** A clip with less sound says too little of a voice. */
const LEAST_SOUND_SECONDS = 1;
const FRAMES_PER_SECOND = 50;

/**
 * Reads a request and computes the embedding of its clip.
 * @param requireModel refuses models that the route cannot use, before the clip is decoded where that is known
 * @throws UndertoneError what `readClip`, the registry and the engine throw; `model-without-head`; `too-little-sound`.
 */
export async function readVoice<Schema extends TaskOptionsSchema>(
  platform: Platform,
  c: Context<AppEnv>,
  schema: Schema,
  query: z.output<Schema>,
  requireModel: (options: z.output<Schema>, model: VoiceModel) => void = () => {},
): Promise<ReadVoice<z.output<Schema>>> {
  const { options, planned, clip } = await readClip(platform, c, {
    task: null,
    resolve(fields) {
      const given = joinOptions(schema, query, fields);
      return { given, ...selectionOf(given) };
    },
    async plan({ given }) {
      const engine = await openModel(platform, c, given.model);
      const head = await requireInstalledHead(platform.models, engine.manifest, "xvector");
      const model = { engine, head, space: await embeddingSpace(engine.manifest) };
      requireModel(given, model);
      return model;
    },
  });
  const soundSeconds = requireSound(clip.samples);
  const { signal } = c.req.raw;
  const computed = await computePrepared(clip, planned.engine, headTaps(planned.head), { signal });
  const embedding = l2Normalised(computed.result.head?.embedding ?? new Float32Array());
  return { options: options.given, model: planned, voice: { embedding, soundSeconds }, computed };
}

/** Seconds of 20 ms each that are not quiet. */
function requireSound(samples: Float32Array): number {
  const sound = quietFrames(samples).filter((isQuiet) => isQuiet === 0).length;
  const soundSeconds = sound / FRAMES_PER_SECOND;
  if (soundSeconds >= LEAST_SOUND_SECONDS) return soundSeconds;
  throw new UndertoneError(
    "too-little-sound",
    `The clip has ${soundSeconds} s that are not silence; a voice needs ${LEAST_SOUND_SECONDS} s at least. Send a clip in which the speaker says more.`,
    { soundSeconds, leastSoundSeconds: LEAST_SOUND_SECONDS },
  );
}
