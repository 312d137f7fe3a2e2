/** The Cloudflare Worker: wrangler.toml's main. */
import { env } from "cloudflare:workers";
import { isolateEngines } from "../src/platform/cloudflare/engines/isolate.ts";
import { createApiWorker } from "./worker.ts";

export { Blobs } from "./blobs.ts";

export default await createApiWorker(env, isolateEngines);
