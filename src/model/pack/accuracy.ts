/** What a quantized pack was found to be worth, as its manifest says. */
import { z } from "zod";
import { HEAD_KINDS } from "../heads/head.ts";

/** Sounds that packs were compared on. */
export const VERIFICATION_AUDIO = ["built-in", "given"] as const;

export const verificationSchema = z.strictObject({
  audio: z.enum(VERIFICATION_AUDIO),
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

export type Verification = z.infer<typeof verificationSchema>;
