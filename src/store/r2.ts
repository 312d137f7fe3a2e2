/** A store in a Cloudflare R2 bucket. */
import type { R2Bucket } from "@cloudflare/workers-types";
import { UndertoneError } from "../errors.ts";
import { checkKey } from "./keys.ts";
import { putInParts } from "./r2-parts.ts";
import { type ByteStream, readPieces, readStream } from "./read-stream.ts";
import type { WalkableStore } from "./store.ts";

/** The part of the binding that the driver uses. */
export type R2Binding = Pick<R2Bucket, "get" | "put" | "delete" | "list" | "createMultipartUpload">;

/**
 * Opens the bucket behind an R2 binding.
 * @throws UndertoneError `internal` if `bucket` is not an R2 binding, so that a mistake in wrangler.toml shows at once.
 */
export function r2Store(bucket: unknown): WalkableStore {
  const binding = checkBinding(bucket);
  return {
    name: "r2",
    async get(key) {
      const object = await binding.get(checkKey(key));
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    },
    async getInto(key, memory) {
      const object = await binding.get(checkKey(key));
      if (object === null) return null;
      return await readStream(object.body as unknown as ByteStream, object.size, memory);
    },
    async put(key, bytes) {
      await binding.put(checkKey(key), bytes);
    },
    async getPieces(key) {
      const object = await binding.get(checkKey(key));
      return object === null ? null : readPieces(object.body as unknown as ByteStream);
    },
    async putPieces(key, pieces) {
      await putInParts(binding, checkKey(key), pieces);
    },
    async delete(key) {
      await binding.delete(checkKey(key));
    },
    async deleteMany(keys) {
      for (let first = 0; first < keys.length; first += MOST_DELETED) {
        await binding.delete(keys.slice(first, first + MOST_DELETED).map(checkKey));
      }
    },
    async list(prefix) {
      return (await listAll(binding, prefix)).sort();
    },
    async page(after, limit) {
      const { objects } = await binding.list(
        after === "" ? { limit } : { limit, startAfter: after },
      );
      return objects.map(({ key, uploaded }) => ({ key, writtenAt: uploaded.getTime() }));
    },
  };
}

/** https://developers.cloudflare.com/r2/api/workers/workers-api-reference/ */
const MOST_DELETED = 1000;

const METHODS = ["get", "put", "delete", "list", "createMultipartUpload"] as const;

function checkBinding(bucket: unknown): R2Binding {
  const candidate = bucket as Partial<R2Binding> | null | undefined;
  const missing = METHODS.filter((method) => typeof candidate?.[method] !== "function");
  if (missing.length > 0) {
    throw new UndertoneError(
      "internal",
      `Not an R2 bucket (no ${missing.join(", ")}): name the binding in [[r2_buckets]] of wrangler.toml.`,
    );
  }
  return candidate as R2Binding;
}

async function listAll(binding: R2Binding, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await binding.list(cursor === undefined ? { prefix } : { prefix, cursor });
    keys.push(...page.objects.map((object) => object.key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return keys;
}
