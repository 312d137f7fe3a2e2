import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
seen = set()  # in earnest: a table with a unique column

def verify(headers, body):
    """The event, or None if it is not Undertone's (https://www.standardwebhooks.com)."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signed = f"{message_id}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(expected, signature) for signature in given):
        return None
    return json.loads(body) if abs(time.time() - int(sent_at)) <= 300 else None

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = verify(self.headers, body)
        if event and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            print(event["type"], event["data"]["id"], event["data"].get("result"), flush=True)
        self.send_response(204 if event else 400)
        self.end_headers()

ThreadingHTTPServer(("", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
