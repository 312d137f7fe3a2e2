/** Messages between a server and the threads of its decoders; all of them can be posted. */
import type { ClipLimits, ClipSelection } from "../../../audio/clip.ts";
import type { PreparedClip } from "../../../audio/prepare.ts";
import type { Failure } from "../../../failure.ts";

/** To a thread: begin a clip, its next bytes, all of them have come, a part was taken, or give it up. */
export type DecoderRequest =
  | {
      readonly kind: "begin";
      readonly id: number;
      readonly selection: ClipSelection;
      readonly limits: ClipLimits;
      /** The length of the parts in which long clips come back; `null` for clips as a whole. */
      readonly partSamples: number | null;
    }
  | { readonly kind: "bytes"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "spilled"; readonly id: number }
  | { readonly kind: "abort"; readonly id: number };

/** From a thread: some of a clip's bytes have been taken, so that more may come; a part of its samples, which waits to be taken; or how it ended. */
export type DecoderReply =
  | { readonly kind: "taken"; readonly id: number }
  | { readonly kind: "part"; readonly id: number; readonly samples: Float32Array<ArrayBuffer> }
  | { readonly kind: "prepared"; readonly id: number; readonly clip: PreparedClip }
  | { readonly kind: "failure"; readonly id: number; readonly failure: Failure };
