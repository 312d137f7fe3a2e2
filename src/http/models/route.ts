/** GET /v1/models and GET /v1/models/:id: which packs are installed. */
import { z } from "@hono/zod-openapi";
import type { BackendReport } from "../../model/backend/report.ts";
import { packBlobs } from "../../model/pack/manifest.ts";
import type { InstalledPack } from "../../model/pack/registry.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { describeAccuracy } from "./accuracy.ts";
import { describeHead } from "./head.ts";
import { ModelDetailSchema, ModelListSchema } from "./schema.ts";

/** Answers with every installed model in brief, and with what is there but cannot be used. */
export const listModels = endpoint({
  route: {
    method: "get",
    path: "/v1/models",
    operationId: "listModels",
    summary: "Lists the installed models",
    tags: ["models"],
    responses: {
      200: json(ModelListSchema, "The installed models, in order of id"),
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features", "jobs"),
  handle({ models, backendReport }) {
    return async (c) => {
      const [{ packs, unusable }, defaultId] = await Promise.all([
        models.list(),
        models.defaultId(),
      ]);
      return c.json(
        {
          object: "list" as const,
          data: packs.map(cardOf),
          models: packs.map((pack) => summarise(pack, defaultId)),
          unusable: [...unusable],
          backend: describeBackend(backendReport()),
        },
        200,
      );
    };
  },
});

/**
 * Answers with one model, its preprocessing and its segments.
 * @throws UndertoneError what the registry throws for one that is not there or not usable.
 */
export const getModel = endpoint({
  route: {
    method: "get",
    path: "/v1/models/{id}",
    operationId: "getModel",
    summary: "Gets one installed model, with its segments",
    tags: ["models"],
    request: { params: z.object({ id: z.string() }) },
    responses: { 200: json(ModelDetailSchema, "The model"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("features", "jobs"),
  handle({ models }) {
    return async (c) => {
      const { id } = c.req.valid("param");
      const [pack, defaultId] = await Promise.all([models.find(id), models.defaultId()]);
      return c.json({ ...summarise(pack, defaultId), ...detail(pack) }, 200);
    };
  },
});

function describeBackend(report: BackendReport | null) {
  if (report === null) return null;
  const { backend, threads, adapter, setAside, losses } = report;
  return {
    name: backend,
    threads,
    adapter: adapter?.description ?? null,
    set_aside: [...setAside],
    losses,
  };
}

function cardOf({ manifest }: InstalledPack) {
  const { id, provenance } = manifest;
  return { id, object: "model" as const, created: 0, owned_by: provenance.source };
}

function summarise(pack: InstalledPack, defaultId: string | null) {
  const { manifest, packDigest } = pack;
  const { architecture, provenance } = manifest;
  return {
    ...cardOf(pack),
    precision: manifest.precision,
    pack_digest: packDigest,
    weights: manifest.weights,
    default: manifest.id === defaultId,
    architecture: {
      norm: architecture.layerNormPlacement,
      layers: architecture.layerCount,
      hidden_size: architecture.hiddenSize,
      heads: architecture.headCount,
    },
    head: describeHead(manifest.heads[0]),
    verification: describeAccuracy(manifest.verification),
    bytes: packBlobs(manifest).reduce((total, { bytes }) => total + bytes, 0),
    source: provenance.source,
    licence: provenance.licence,
  };
}

function detail({ manifest }: InstalledPack) {
  const { preprocessing, calibration, segments } = manifest;
  return {
    preprocessing: {
      sample_rate_hz: preprocessing.sampleRateHz,
      do_normalize: preprocessing.doNormalize,
    },
    calibration,
    segments: segments.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  };
}

/** /v1/models. */
export const models: readonly Endpoint[] = [listModels, getModel];
