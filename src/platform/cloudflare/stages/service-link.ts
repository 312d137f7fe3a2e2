/** The way to a stage by a service binding. */
import { UndertoneError } from "../../../errors.ts";
import type { StageLink } from "../../../model/stages/call.ts";
import { notAStage } from "../../../model/stages/refusals.ts";

/** The media type of a stage's answers, by which it is known. */
export const STAGE_MEDIA_TYPE = "application/vnd.undertone.stage";

/** Bindings look at no host; this one can never exist (RFC 6761). */
const ADDRESS = "https://stage.invalid/";

/** The part of a service binding that is used. */
interface ServiceBinding {
  fetch(address: string, init: RequestInit): Promise<Response>;
}

/**
 * Opens the way to the stage behind service binding `name`.
 * @throws UndertoneError `internal` if `binding` is no service binding
 */
export function serviceLink(name: string, binding: unknown): StageLink {
  const service = checkBinding(name, binding);
  return {
    async call(message, signal) {
      const init = { method: "POST", body: message, signal };
      const response = await service.fetch(ADDRESS, init);
      if (response.ok && response.headers.get("Content-Type") === STAGE_MEDIA_TYPE) {
        return response.body as ReadableStream<Uint8Array>;
      }
      await response.body?.cancel();
      // What dies in the runtime's hands is answered by the runtime.
      if (response.status >= 500) throw new Error(`${name} answered ${response.status}`);
      throw notAStage(name, response.status);
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
