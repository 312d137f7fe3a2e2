/** The Worker in front of stages, over a store as at the edge. */
import "./store.ts";

export { Blobs, default } from "../../../functions/front.ts";
