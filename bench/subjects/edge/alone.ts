/** One Worker alone, over a store as at the edge. */
import "./store.ts";

export { Blobs, default } from "../../../functions/cloudflare.ts";
