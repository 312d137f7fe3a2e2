/** The way of a request with one clip, up to the samples: its options, its model, and the clip decoded as it arrives. */
import type { Context } from "hono";
import type { ClipSelection } from "../../audio/clip.ts";
import type { PreparedClip } from "../../audio/prepare.ts";
import type { Engine } from "../../model/engine/engine.ts";
import type { Platform } from "../../platform/platform.ts";
import type { TaskName } from "../../tasks/names.ts";
import type { AppEnv } from "../context.ts";
import { openClipUrl } from "./clip-urls.ts";
import type { Fields } from "./form/missing-file.ts";
import { isJson } from "./json-body.ts";
import { requireKnownBefore } from "./options.ts";
import { suggestingJob } from "./suggest-job.ts";
import { openUpload, type Upload } from "./upload.ts";

/** The parts of a route that depend on its options. */
export interface ClipRoute<Options extends ClipSelection, Plan> {
  /** The task of jobs that does the same; null if none does. */
  readonly task: TaskName | null;
  /** Finds the clip; in the request's body if left out. */
  open?(): Upload;
  /** Joins the query's options with the form's. */
  resolve(fields: Fields): Options;
  /** Finds what the options ask for, and refuses what cannot be answered. */
  plan(options: Options): Promise<Plan>;
}

/** A request that can be computed. */
export interface ReadClip<Options, Plan> {
  readonly options: Options;
  readonly planned: Plan;
  readonly clip: PreparedClip;
  /** The name of a form's file; `null` for a raw body. */
  readonly fileName: string | null;
  /** Of the clip as it was sent, in hexadecimal. */
  readonly clipSha256: string;
}

/**
 * Reads a request. Whatever can be refused is refused before computing, and before decoding where all options are known by then.
 * @throws UndertoneError what `openUpload` and `openClipUrl`, the route's functions and `Platform.prepareClip` throw.
 */
export async function readClip<Options extends ClipSelection, Plan>(
  platform: Platform,
  c: Context<AppEnv>,
  route: ClipRoute<Options, Plan>,
): Promise<ReadClip<Options, Plan>> {
  const upload = route.open === undefined ? await openClip(platform, c) : route.open();
  try {
    return await readUpload(platform, c, route, upload);
  } catch (error) {
    await upload.leave?.();
    throw error;
  }
}

/** The clip that a request holds, or names by URL. */
function openClip(platform: Platform, c: Context<AppEnv>): Promise<Upload> {
  const request = c.req.raw;
  const terms = c.get("bodyTerms");
  return isJson(request)
    ? openClipUrl(platform, request, terms)
    : openUpload(request, platform.settings.maxClipBytes, terms);
}

async function readUpload<Options extends ClipSelection, Plan>(
  platform: Platform,
  c: Context<AppEnv>,
  route: ClipRoute<Options, Plan>,
  upload: Upload,
): Promise<ReadClip<Options, Plan>> {
  const { settings: limits, prepareClip } = platform;
  const { signal } = c.req.raw;
  const known = route.resolve(upload.fields);
  const plannedBefore = upload.isComplete ? { plan: await route.plan(known) } : null;
  const clip = await suggestingJob(platform, c, route.task, () =>
    prepareClip(upload.clip, { selection: known, limits, signal, memory: c.get("clipMemory") }),
  );
  c.get("clipSamples").push(clip.samples);
  const options = route.resolve(await upload.finish());
  requireKnownBefore(known, options);
  const planned = plannedBefore?.plan ?? (await route.plan(options));
  const { fileName } = upload;
  return { options, planned, clip, fileName, clipSha256: upload.clipSha256() };
}

/**
 * The engine of the model that is asked for, which the request's log line will name.
 * @throws UndertoneError what the registry throws.
 */
export async function openModel(
  { models }: Platform,
  c: Context<AppEnv>,
  id: string | undefined,
): Promise<Engine> {
  const engine = await models.open(id);
  c.set("model", engine.manifest);
  return engine;
}
