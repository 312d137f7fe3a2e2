/** The models of the service. */
import type { HeadKind } from "../src/model/heads/head.ts";
import { askService } from "./service.ts";

/** A model, as far as the page needs it. */
export interface ListedModel {
  readonly id: string;
  /** Whether requests that name no model get this one. */
  readonly default: boolean;
  /** The task head; null for a model without one. */
  readonly head: { readonly kind: HeadKind } | null;
}

/**
 * The installed models, in order of id.
 * @throws UndertoneError `key-missing` and the like where the service wants a key; `storage-unavailable`.
 */
export async function listModels(key: string): Promise<readonly ListedModel[]> {
  const answer = await askService("v1/models", key);
  const { models } = (await answer.json()) as { readonly models: readonly ListedModel[] };
  return models;
}
