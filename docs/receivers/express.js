import express from "express";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // in earnest: a table with a unique column

const app = express();
// The signature is of the bytes as they came: express.json() must not have read them before.
app.post("/undertone", express.text({ type: "*/*" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.status(400).send("not from Undertone");
  }
  const id = request.get("webhook-id");
  if (!seen.has(id)) {
    seen.add(id);
    console.log(event.type, event.data.id, event.data.result?.url);
  }
  response.status(204).end();
});
app.listen(process.env.PORT ?? 3000);
