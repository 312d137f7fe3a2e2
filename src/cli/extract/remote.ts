/** Has a running service compute the rows, several clips at a time. */

import { Buffer } from "node:buffer";
import { openAsBlob } from "node:fs";
import { floatsOf } from "../../bytes.ts";
import { UndertoneError } from "../../errors.ts";
import type { FeatureMetadata } from "../../formats/metadata.ts";
import { askService, type ServiceAccess } from "../jobs/service.ts";
import type { DatasetClip } from "./clip.ts";
import type { RowSource } from "./compute.ts";
import type { Row } from "./row.ts";

/** An answer of POST /v1/features as JSON with numbers in base64. */
interface Answer extends FeatureMetadata {
  readonly layers: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: string;
  }[];
}

/** Answers that every clip would get. */
const REFUSED_ALTOGETHER = [401, 403, 404, 405];

/** Rows by `POST /v1/features`, sent again where that may help; `options` are those of its query. */
export function remoteRows(
  access: ServiceAccess,
  options: ReadonlyMap<string, string>,
  workers: number,
): RowSource {
  const query = new URLSearchParams([...options, ["format", "json"], ["encoding", "base64"]]);
  return {
    identity: { service: access.url.href },
    workers,
    async compute(clip) {
      const init = { method: "POST", body: await blobOf(clip) };
      const response = await askService(access, `/v1/features?${query}`, init).catch((cause) => {
        throw nameClip(clip, cause);
      });
      return rowOf((await response.json()) as Answer);
    },
    close: async () => {},
  };
}

/** True for an error of the service that no clip is to blame for. */
export function isFaultOfService({ slug, extensions }: UndertoneError): boolean {
  const { status } = extensions;
  return (
    slug === "url-unreachable" ||
    (slug === "url-refused" && REFUSED_ALTOGETHER.includes(status as number))
  );
}

async function blobOf({ name, path, range }: DatasetClip): Promise<Blob> {
  const file = await openAsBlob(path).catch((cause: Error) => {
    const message = `${name} cannot be read: ${cause.message}`;
    throw new UndertoneError("not-found", message, {}, { cause });
  });
  return range === undefined ? file : file.slice(range.start, range.end);
}

function nameClip({ name }: DatasetClip, cause: unknown): unknown {
  if (!(cause instanceof UndertoneError) || isFaultOfService(cause)) return cause;
  return new UndertoneError(cause.slug, `${name}: ${cause.message}`, cause.extensions, { cause });
}

function rowOf({
  layers,
  model,
  audio,
  frames,
  silent,
  frame_stride_seconds,
  windows,
  backend,
  pool,
}: Answer): Row {
  return {
    metadata: {
      ...{ model, audio, frames, frame_stride_seconds, windows, backend, pool },
      ...(silent && { silent }),
    },
    tensors: layers.map(({ name, shape, data }) => ({
      name,
      shape,
      data: floatsOf(new Uint8Array(Buffer.from(data, "base64"))),
    })),
  };
}
