/** The way of a request with one clip, up to the samples: its options, its model, and the clip decoded as it arrives. */
import type { Context } from "hono";
import type { ClipSelection } from "../../audio/clip.ts";
import type { PreparedClip } from "../../audio/prepare.ts";
import type { Engine } from "../../model/engine/engine.ts";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";
import type { Fields } from "./form/missing-file.ts";
import { requireKnownBefore } from "./options.ts";
import { openUpload } from "./upload.ts";

/** The parts of a route that depend on its options. */
export interface ClipRoute<Options extends ClipSelection, Plan> {
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
 * @throws UndertoneError what `openUpload`, the route's functions and `Platform.prepareClip` throw.
 */
export async function readClip<Options extends ClipSelection, Plan>(
  { settings, prepareClip }: Platform,
  c: Context<AppEnv>,
  route: ClipRoute<Options, Plan>,
): Promise<ReadClip<Options, Plan>> {
  const request = c.req.raw;
  const { signal } = request;
  const upload = await openUpload(request, settings.maxClipBytes, c.get("bodyTerms"));
  const known = route.resolve(upload.fields);
  const plannedBefore = upload.isComplete ? { plan: await route.plan(known) } : null;
  const clip = await prepareClip(upload.clip, {
    selection: known,
    limits: settings,
    signal,
  });
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
