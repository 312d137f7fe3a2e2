/** A Cloudflare Worker that is a stage of a model (docs/design.md §5). */
import { env, WorkerEntrypoint } from "cloudflare:workers";
import { freeMemory } from "../src/bytes.ts";
import { copyingStream } from "../src/copying-stream.ts";
import { UndertoneError } from "../src/errors.ts";
import { bytesOfStream } from "../src/model/stages/protocol/bytes.ts";
import { log } from "../src/platform/cloudflare/log.ts";
import { STAGE_MEDIA_TYPE } from "../src/platform/cloudflare/stages/service-link.ts";
import { cloudflareStage, type WorkerStage } from "../src/platform/cloudflare/stages/stage.ts";

export { Blobs } from "./blobs.ts";

// While the isolate starts, which Cloudflare has it do before the first order is there.
const stage = await open();

/** The entrypoint that the Worker in front binds; nothing else leads to it. */
export class Stage extends WorkerEntrypoint {
  fetch(request: Request): Response {
    const stream = copyingStream();
    if (stage === null || request.body === null || stream === null) {
      return new Response(null, { status: 503 });
    }
    const writer = stream.writable.getWriter();
    const emit = async (frame: Uint8Array<ArrayBuffer>): Promise<void> => {
      await writer.write(frame);
      freeMemory(frame);
    };
    const answered = stage
      .answer(bytesOfStream(request.body), emit, request.signal, request.headers.get("traceparent"))
      .finally(() => writer.close().catch(() => {}));
    // Others may be waiting for what this order loads, or for their turn after it.
    this.ctx.waitUntil(answered);
    return new Response(stream.readable, { headers: { "Content-Type": STAGE_MEDIA_TYPE } });
  }
}

/** What a route from the internet would lead to: there is nothing. */
export default {
  fetch(): Response {
    return new Response(null, { status: 404 });
  },
};

/** Null if the Worker is set up wrongly, which is logged. */
async function open(): Promise<WorkerStage | null> {
  try {
    const opened = cloudflareStage(env);
    await opened.prepare();
    return opened;
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    log({ level: "error", event: "misconfigured", message: error.message });
    return null;
  }
}
