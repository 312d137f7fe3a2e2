/** The Cloudflare Worker in front of stages: the same service, without an engine of its own. */
import { env } from "cloudflare:workers";
import { stagedEngines } from "../src/platform/cloudflare/engines/stages.ts";
import { createApiWorker } from "./worker.ts";

export { Blobs } from "./blobs.ts";

export default await createApiWorker(env, stagedEngines);
