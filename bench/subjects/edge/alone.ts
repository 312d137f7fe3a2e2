/** One Worker alone, over a store as at the edge. */
import "./store.ts";

export { default } from "../../../functions/cloudflare.ts";
