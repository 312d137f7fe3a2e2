/** Computes two clips and compares their speakers. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Pieces } from "../../audio/bytes/source.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import type { Platform } from "../../platform/platform.ts";
import { ComparisonOptionsSchema, comparePair, type PairName } from "../../tasks/comparison.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { joinOptions, selectionOf } from "../../tasks/options/request.ts";
import { stampHeaders } from "../answer/headers.ts";
import type { AppEnv } from "../context.ts";
import type { Fields } from "../request/form/missing-file.ts";
import { openModel } from "../request/read-clip.ts";
import { suggestingJob } from "../request/suggest-job.ts";
import type { ComparisonSchema } from "./schema.ts";

/** Two clips, and the options that came with them. */
export interface OpenedPair {
  readonly clips: Readonly<Record<PairName, Pieces>>;
  readonly fields: Fields;
}

/**
 * The answer about two clips, which are decoded and computed one after the other.
 * @throws UndertoneError what `joinOptions`, the registry, `prepareClip` and the engine throw (naming the clip);
 *   `model-without-head`.
 */
export async function answerPair(
  platform: Platform,
  c: Context<AppEnv>,
  { clips, fields }: OpenedPair,
  query: z.output<typeof ComparisonOptionsSchema>,
) {
  const { settings: limits, prepareClip } = platform;
  const { signal } = c.req.raw;
  const options = joinOptions(ComparisonOptionsSchema, query, fields);
  const engine = await openModel(platform, c, options.model);
  const head = await requireInstalledHead(platform.models, engine.manifest, "xvector");
  const selection = selectionOf(options);
  const { one, body } = await comparePair(async (name) => {
    const clip = await suggestingJob(platform, c, "comparison", () =>
      prepareClip(clips[name], { selection, limits, signal, memory: c.get("clipMemory") }),
    );
    c.get("clipSamples").push(clip.samples);
    return computePrepared(clip, engine, headTaps(head), { signal });
  }, head);
  return {
    body: { ...body, request_id: c.get("requestId") } as z.input<typeof ComparisonSchema>,
    headers: stampHeaders(one),
  };
}
