/** GET /v1/packs/…: the files of installed packs, for engines that compute elsewhere, such as in a browser. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { manifestKey, type PackStorage } from "../../model/pack/manifest.ts";
import { keyWith } from "../access/access.ts";
import { JSON_TYPE, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { parseRange } from "../request/byte-range.ts";
import { FILE } from "../request/clip-body.ts";

const SHA256_HEX = /^([0-9a-f]{64})\.(onnx|weights|arpa)$/;

/** Pages of other origins may compute with the packs too; `sharePacks` lets them read. */
const SHARED = { "Cross-Origin-Resource-Policy": "cross-origin" } as const;

const bytes = (description: string) => ({
  description,
  content: { "application/octet-stream": { schema: FILE } },
});

/** Answers with a manifest's own bytes. Throws what the registry throws for a pack that is not there or not usable. */
export const getPackManifest = endpoint({
  route: {
    method: "get",
    path: "/v1/packs/{id}/manifest.json",
    operationId: "getPackManifest",
    summary: "Gets the manifest of an installed pack",
    tags: ["models"],
    request: { params: z.object({ id: z.string() }) },
    responses: {
      200: {
        description: "The manifest, to be revalidated each time",
        content: { [JSON_TYPE]: { schema: { type: "object" } } },
      },
      304: { description: "It is still what `If-None-Match` names" },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle({ models, packs }) {
    return async (c) => {
      const { id } = c.req.valid("param");
      const { packDigest } = await models.find(id);
      const headers = {
        ...SHARED,
        ETag: `"${packDigest}"`,
        "Cache-Control": "no-cache",
        "Content-Type": JSON_TYPE,
      };
      if (isKnown(c.req.header("If-None-Match"), headers.ETag)) return c.body(null, 304, headers);
      return c.body(await present(packs, manifestKey(id)), 200, headers);
    };
  },
});

/** Answers with a blob or a part of it. Throws `not-found` for names that are none. */
export const getPackBlob = endpoint({
  route: {
    method: "get",
    path: "/v1/packs/blobs/{name}",
    operationId: "getPackBlob",
    summary:
      "Gets a file of a pack by its SHA-256: a program, the weights of a segment or a language model",
    tags: ["models"],
    request: { params: z.object({ name: z.string() }) },
    responses: {
      200: bytes("The blob, which never changes"),
      206: bytes("The part of it that `Range` asks for"),
      304: { description: "It is still what `If-None-Match` names" },
      416: { description: "`Range` asks for what is not in it" },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle({ packs }) {
    return async (c) => {
      const { name } = c.req.valid("param");
      const digest = SHA256_HEX.exec(name)?.[1];
      if (digest === undefined) throw noSuchFile(name);
      const headers = {
        ...SHARED,
        ETag: `"${digest}"`,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Type": "application/octet-stream",
      };
      if (isKnown(c.req.header("If-None-Match"), headers.ETag)) return c.body(null, 304, headers);
      const blob = await present(packs, `blobs/${name}`);
      const range = parseRange(c.req.header("Range"), blob.length);
      if (range === null) return c.body(blob, 200, headers);
      if (range === "unsatisfiable") {
        return c.body(null, 416, { ...headers, "Content-Range": `bytes */${blob.length}` });
      }
      const { first, last } = range;
      return c.body(blob.slice(first, last + 1), 206, {
        ...headers,
        "Content-Range": `bytes ${first}-${last}/${blob.length}`,
      });
    };
  },
});

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}

async function present(packs: PackStorage, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const found = await packs.get(key);
  if (found === null) throw noSuchFile(key);
  return found;
}

function noSuchFile(name: string): UndertoneError {
  return new UndertoneError(
    "not-found",
    `No installed pack has a file ${JSON.stringify(name.slice(0, 80))}: take the names from a manifest.`,
  );
}

/** /v1/packs. */
export const packs: readonly Endpoint[] = [getPackBlob, getPackManifest];
