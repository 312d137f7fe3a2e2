/** The length of an AIFF file by its header. */
import type { ByteSource } from "../../bytes/source.ts";
import { pcmSeconds } from "../../pcm/seconds.ts";
import { findAiffData } from "./decode.ts";

/** Null for a file whose samples come before their format. */
export async function aiffSeconds(source: ByteSource, fileBytes: number): Promise<number | null> {
  const data = await findAiffData(source);
  return data.source === source ? pcmSeconds(data, fileBytes) : null;
}
