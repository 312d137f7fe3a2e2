/** A Worker in a stage's place that passes orders on to the first of several workerds that is there. */
import { env, WorkerEntrypoint } from "cloudflare:workers";

export class Stage extends WorkerEntrypoint {
  async fetch(request: Request): Promise<Response> {
    const body = await request.arrayBuffer();
    let outcome = new Response(null, { status: 503 });
    for (const url of String(env.URLS).split(" ")) {
      try {
        outcome = await fetch(url, { method: "POST", body, signal: request.signal });
        if (outcome.ok) return outcome;
      } catch {
        // It is dead: the next one is asked.
      }
    }
    return outcome;
  }
}

export default { fetch: () => new Response(null, { status: 404 }) };
