/** A dataset: the clips of a folder, a list or an archive, in a fixed order. */
import type { UndertoneError } from "../../errors.ts";

/** A clip of a dataset: a file, or a range of bytes of one. */
export interface DatasetClip {
  /** Its path below the dataset; no two clips have the same. */
  readonly name: string;
  readonly path: string;
  /** First byte and the one after the last; left out for a whole file. */
  readonly range?: { readonly start: number; readonly end: number };
  /** What a list says of it, in the order of the dataset's columns. */
  readonly values: readonly string[];
  /** Why it cannot be read. */
  readonly fault?: UndertoneError;
}

/** The clips, and the names of what a list says of each. */
export interface Dataset {
  readonly clips: readonly DatasetClip[];
  readonly columns: readonly string[];
  /** Files of a folder that were passed over. */
  readonly skipped: number;
}
