/** The checkpoints that are known by name: models/catalog.json, which pins each to a revision. */
import { z } from "zod";
import catalogJson from "../../../models/catalog.json" with { type: "json" };
import { FAMILIES } from "../../model/family.ts";

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A checkpoint that comes with the code, in models/<id>. */
const bundledSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  head: z.enum(["ctc"]),
  licence: z.string(),
  weights: z.strictObject({
    file: z.string(),
    megabytes: z.number().positive(),
    sha256: sha256Schema,
  }),
});

/** Facts of public pages: what no page was seen to say is `null`, never guessed. */
const entrySchema = z.strictObject({
  id: z.string(),
  /** The commit that is built if no other revision is named; `null` where it is not known: then `main` is. */
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  family: z.enum(FAMILIES),
  architecture: z.enum(["base", "large"]),
  /** The task of its head; `null` for pre-trained models. */
  head: z.enum(["xvector", "frame-classification", "ctc"]).nullable(),
  /** URL of its licence; `null` if its model card names none. */
  licence: z.string().nullable(),
  /** `null` where no page of the model's own was seen that shows them. */
  weights: z
    .strictObject({
      file: z.string(),
      /** As the hub shows the size: rounded to three digits. */
      megabytes: z.number().positive(),
      /** `null` where only the revision pins the bytes. */
      sha256: sha256Schema.nullable(),
    })
    .nullable(),
});

/** A known checkpoint. */
export type CatalogEntry = z.infer<typeof entrySchema>;

const catalog = z
  .strictObject({ bundled: z.array(bundledSchema), models: z.array(entrySchema) })
  .parse(catalogJson);

/** Every known checkpoint of the hub. */
export const CATALOG: readonly CatalogEntry[] = catalog.models;

/** Every checkpoint that comes with the code. */
export const BUNDLED: readonly z.infer<typeof bundledSchema>[] = catalog.bundled;

/** The entry of model `id`, whatever the case of its letters; `null` if it is not known. */
export function catalogEntry(id: string): CatalogEntry | null {
  return CATALOG.find((entry) => entry.id.toLowerCase() === id.toLowerCase()) ?? null;
}
