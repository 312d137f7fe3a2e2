/** The entrypoint that the packs' blobs are read through, with Workers Cache in front of it (src/store/workers-cache.ts). */
import { env, WorkerEntrypoint } from "cloudflare:workers";
import { PACK_BLOBS } from "../src/store/edge-cache.ts";
import { answerBlob, type BlobSource } from "../src/store/workers-cache.ts";

/** Reached by the Worker itself only, under this name in wrangler.toml's `exports`. */
export class Blobs extends WorkerEntrypoint {
  fetch(request: Request): Promise<Response> {
    return answerBlob(request, env.PACKS as BlobSource, PACK_BLOBS.prefix);
  }
}
