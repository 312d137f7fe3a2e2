/** The way to a stage by a service binding. */
import { UndertoneError } from "../../../errors.ts";
import type { StageLink } from "../../../model/stages/call.ts";
import { bytesOfStream } from "../../../model/stages/protocol/bytes.ts";
import type { FrameBytes } from "../../../model/stages/protocol/frames.ts";
import { notAStage } from "../../../model/stages/refusals.ts";
import type { Telemetry } from "../../../telemetry/telemetry.ts";
import { writeTraceparent } from "../../../telemetry/traces/context.ts";
import type { Span } from "../../../telemetry/traces/span.ts";

/** The media type of a stage's answers, by which it is known. */
export const STAGE_MEDIA_TYPE = "application/vnd.undertone.stage";

/** Bindings look at no host; this one can never exist (RFC 6761). */
const ADDRESS = "https://stage.invalid/";

/** The part of a service binding that is used. */
interface ServiceBinding {
  fetch(address: string, init: RequestInit): Promise<Response>;
}

/**
 * Opens the way to the stage behind service binding `name`. Each call is a span, which the stage is told of.
 * @throws UndertoneError `internal` if `binding` is no service binding
 */
export function serviceLink(name: string, binding: unknown, telemetry: Telemetry): StageLink {
  const service = checkBinding(name, binding);
  return {
    async call(message, signal) {
      const span = telemetry.span()?.child(name, "client");
      const headers = span ? { traceparent: writeTraceparent(span.context) } : {};
      const init = { method: "POST", body: message, signal, headers };
      const response = await service.fetch(ADDRESS, init).catch((error) => {
        span?.end("unreachable");
        throw error;
      });
      if (response.ok && response.headers.get("Content-Type") === STAGE_MEDIA_TYPE) {
        return endingWith(response.body as ReadableStream<Uint8Array>, span);
      }
      span?.end(String(response.status));
      await response.body?.cancel();
      // What dies in the runtime's hands is answered by the runtime.
      if (response.status >= 500) throw new Error(`${name} answered ${response.status}`);
      throw notAStage(name, response.status);
    },
  };
}

/** The bytes of a stream, whose end is that of the span. */
function endingWith(stream: ReadableStream<Uint8Array>, span: Span | undefined): FrameBytes {
  const bytes = bytesOfStream(stream);
  return {
    async take(count) {
      try {
        const taken = await bytes.take(count);
        if (taken.length < count) span?.end(null);
        return taken;
      } catch (error) {
        span?.end("stage-lost");
        throw error;
      }
    },
  };
}

function checkBinding(name: string, binding: unknown): ServiceBinding {
  if (typeof (binding as Partial<ServiceBinding> | null | undefined)?.fetch === "function") {
    return binding as ServiceBinding;
  }
  throw new UndertoneError(
    "internal",
    `The service binding ${name} is missing: deploy with 'npm run deploy -- --stages', which binds every stage.`,
  );
}
