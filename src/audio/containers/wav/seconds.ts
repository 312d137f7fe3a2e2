/** The length of a WAV file by its header. */
import type { ByteSource } from "../../bytes/source.ts";
import { pcmSeconds } from "../../pcm/seconds.ts";
import { findWavData } from "./data.ts";
import { readWavSizes } from "./header.ts";

/** Null for MPEG audio in a WAV file. */
export async function wavSeconds(source: ByteSource, fileBytes: number): Promise<number | null> {
  const data = await findWavData(source, await readWavSizes(source));
  const { format, dataBytes } = data;
  // Samples that came before their format are held, and those of MPEG audio are not counted.
  if (format.kind === "mpeg" || data.source !== source) return null;
  const shortest = format.mayBePadded ? { ...format.pcm, codec: "pcm_s32le" as const } : format.pcm;
  return pcmSeconds({ source, dataBytes, format: shortest }, fileBytes);
}
