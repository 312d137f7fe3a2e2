/** Computes on the service. */
import { decodeFeatures } from "../src/client/numbers.ts";
import type { Choice } from "./choices.ts";
import type { Clip } from "./clips.ts";
import { layersFor } from "./layers.ts";
import type { Computed } from "./outcome.ts";
import { askService } from "./service.ts";

/** How the service is asked. */
export interface RemoteMeans {
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * The answer of the chosen task's endpoint.
 * @throws UndertoneError the service's refusal; `storage-unavailable` if it does not answer.
 */
export async function computeOnService(
  { task, model }: Choice,
  clips: readonly Clip[],
  { key, signal }: RemoteMeans,
): Promise<Computed> {
  const query = new URLSearchParams(model === "" ? {} : { model });
  if (task.name === "features") {
    query.set("layers", await layersFor(clips[0]));
    query.set("encoding", "base64");
  }
  const sent = await askService(`${task.path}?${query}`, key, {
    method: "POST",
    body: bodyOf(clips),
    signal,
  });
  const { request_id: _, ...answer } = await sent.json();
  const backend: string = answer.backend ?? "";
  return { answered: answeredOf(task.name, answer), backend, place: "the service" };
}

/** The endpoint of a task answers with what the task is typed with. */
function answeredOf(task: Choice["task"]["name"], answer: object): Computed["answered"] {
  if (task !== "features") return { task, answer } as Computed["answered"];
  const { layers: tensors, ...rest } = decodeFeatures(
    answer as Parameters<typeof decodeFeatures>[0],
  );
  return { task, answer: rest, tensors } as Computed["answered"];
}

function bodyOf(clips: readonly Clip[]): BodyInit {
  const [a, b] = clips;
  if (b === undefined) return a.blob;
  const form = new FormData();
  form.append("a", a.blob, a.name);
  form.append("b", b.blob, b.name);
  return form;
}
