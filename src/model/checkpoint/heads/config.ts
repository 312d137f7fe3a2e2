/** The task head of a Hugging Face config.json. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import type { Family } from "../../family.ts";
import type { HeadKind, LayerSum } from "../../heads/head.ts";
import { namedClass } from "./architectures.ts";

const size = z.int().min(1).max(65_536);
const span = z.int().min(1).max(1024);

/** A key left out, or null, means what it means to transformers. */
const hubHead = z
  .looseObject({
    architectures: z.array(z.string()).nullish(),
    transformers_version: z.string().nullish(),
    use_weighted_layer_sum: z.boolean().default(false),
    classifier_proj_size: size.default(256),
    tdnn_dim: z.array(size).min(1).max(32).default([512, 512, 512, 512, 1500]),
    tdnn_kernel: z.array(span).default([5, 3, 3, 1, 1]),
    tdnn_dilation: z.array(span).default([1, 2, 3, 1, 1]),
    xvector_output_dim: size.default(512),
    vocab_size: z.int().min(1).max(1_000_000).default(32),
    pad_token_id: z.int().min(0).nullish(),
    // Labels that are numbers or truth values stand in JSON as such.
    id2label: z
      .record(z.string().regex(/^\d+$/), z.union([z.string(), z.number(), z.boolean()]))
      .nullish(),
    num_labels: size.nullish(),
    problem_type: z.string().nullish(),
    tokenizer_class: z.string().nullish(),
  })
  .superRefine(({ tdnn_dim, tdnn_kernel, tdnn_dilation }, context) => {
    if (tdnn_kernel.length === tdnn_dim.length && tdnn_dilation.length === tdnn_dim.length) return;
    context.addIssue({
      code: "custom",
      path: ["tdnn_dim"],
      message: "tdnn_dim, tdnn_kernel and tdnn_dilation must be equally long",
    });
  });

/** Fields of config.json about heads of any kind. */
export type HeadConfig = z.infer<typeof hubHead>;
/** A head as config.json has it. */
export type HubHead = HeadConfig & { readonly kind: HeadKind };

/**
 * Reads what a Hugging Face config.json, already parsed as JSON, says of heads.
 * @throws UndertoneError `checkpoint-unsupported` naming what cannot be honoured.
 */
export function parseHeadConfig(json: unknown): HeadConfig {
  const parsed = hubHead.safeParse(json);
  if (parsed.success) return parsed.data;
  throw headRefusal(z.prettifyError(parsed.error));
}

/**
 * The head that a config.json names; null for a bare backbone, and for classes that are not the family's own.
 * @throws UndertoneError as `parseHeadConfig` does.
 */
export function parseHubHead(json: unknown, family: Family): HubHead | null {
  const config = parseHeadConfig(json);
  const { kind } = namedClass(config.architectures, family);
  return kind === null ? null : { ...config, kind };
}

/** True if a head takes a weighted sum of all states; CTC heads never do. */
export function takesLayerSum({ kind, use_weighted_layer_sum }: HubHead): boolean {
  return use_weighted_layer_sum && kind !== "ctc";
}

/** Heads are trained with the sum of the transformers that trained them, which wrote its version down. */
export function lastStateInSum({ transformers_version }: HubHead): LayerSum["lastState"] {
  return Number.parseInt(transformers_version ?? "", 10) >= 5 ? "raw" : "normed";
}

/** The labels of a classifier, by id; made-up ones, as transformers has them, where the config names none. */
export function labelsOf({ id2label, num_labels }: HeadConfig): string[] {
  const given = new Map(Object.entries(id2label ?? {}).map(([id, label]) => [Number(id), label]));
  if (given.size === 0) return Array.from({ length: num_labels ?? 2 }, (_, id) => madeUpLabel(id));
  return Array.from({ length: given.size }, (_, id) => {
    const label = given.get(id);
    if (label === undefined) throw headRefusal("id2label: labels have to be numbered from 0 on");
    return String(label);
  });
}

/** The default name of label `id` in transformers. */
export function madeUpLabel(id: number): string {
  return `LABEL_${id}`;
}

/** A head that config.json describes and that cannot be built. */
export function headRefusal(reasons: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-unsupported",
    `config.json describes a task head that cannot be built (${reasons}); correct it, or remove \`architectures\` to build the backbone alone.`,
  );
}
