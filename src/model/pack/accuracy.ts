/** The accuracy of a quantized pack: how far it is from float32. */
import { z } from "zod";
import { HEAD_KINDS } from "../heads/head.ts";

/** Clips that packs were compared on: built in, or given by the user. */
export const ACCURACY_AUDIO = ["built-in", "given"] as const;

/** The accuracy of a pack, as its manifest has it under `verification`. */
export const accuracySchema = z.strictObject({
  audio: z.enum(ACCURACY_AUDIO),
  /** Of all clips together. */
  seconds: z.number().positive(),
  /** Hidden states 0 … N against those of the same checkpoint in float32. */
  layers: z
    .array(
      z.strictObject({
        relativeL2: z.number(),
        standardisedRelativeL2: z.number(),
        meanFrameCosine: z.number(),
        worstFrameCosine: z.number(),
      }),
    )
    .readonly(),
  head: z
    .strictObject({
      kind: z.enum(HEAD_KINDS),
      logitsRelativeL2: z.number(),
      labelAgreement: z.number().nullable(),
      meanEmbeddingCosine: z.number().nullable(),
      worstEmbeddingCosine: z.number().nullable(),
    })
    .nullable(),
});

export type Accuracy = z.infer<typeof accuracySchema>;
