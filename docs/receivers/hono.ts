import { Hono } from "hono";
import { Webhook } from "standardwebhooks";

interface Event {
  type: string;
  data: { id: string; result?: { url: string; expires_at: string } };
}

const app = new Hono<{ Bindings: { WEBHOOK_SECRET: string } }>();
const seen = new Set<string>(); // in earnest: a table with a unique column

app.post("/undertone", async (c) => {
  const body = await c.req.text();
  try {
    new Webhook(c.env.WEBHOOK_SECRET).verify(body, c.req.header());
  } catch {
    return c.text("not from Undertone", 400);
  }
  const id = c.req.header("webhook-id") ?? "";
  if (!seen.has(id)) {
    seen.add(id);
    const { type, data }: Event = JSON.parse(body);
    console.log(type, data.id, data.result?.url);
  }
  return c.body(null, 204);
});

export default app;
