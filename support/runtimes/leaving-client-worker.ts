/**
 * A Worker that is the real one's client and hangs up. Between two Workers a hang-up arrives as it does behind Cloudflare's
 * edge; wrangler's own proxy, which all requests from outside pass, keeps it to itself.
 */
interface Bindings {
  readonly UNDERTONE: { fetch(request: Request): Promise<Response> };
}

export default {
  async fetch(request: Request, { UNDERTONE }: Bindings): Promise<Response> {
    const url = new URL(request.url);
    const afterMs = Number(url.searchParams.get("leave_after_ms"));
    url.searchParams.delete("leave_after_ms");
    const leaving = new AbortController();
    const clip = await request.arrayBuffer();
    const headers = { "Cache-Control": "no-store" };
    const init = { method: "POST", body: clip, headers, signal: leaving.signal };
    const answer = UNDERTONE.fetch(new Request(url, init));
    setTimeout(() => leaving.abort(), afterMs);
    return answer.catch(() => new Response("left"));
  },
};
