/** A stage, over a store as at the edge. */
import "./store.ts";

export { Blobs, default, Stage } from "../../../functions/stage.ts";
