import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
LONGEST = 1_000_000  # bytes of a body; webhooks have far fewer
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

def read_body(headers, stream):
    """The body: of the length that is given, or in chunks, as proxies may send it (RFC 9112, section 7.1)."""
    if headers.get("Transfer-Encoding", "").lower() != "chunked":
        return read_exactly(stream, int(headers.get("Content-Length", 0)))
    body = b""
    while size := int(stream.readline(LONGEST).split(b";")[0], 16):
        body += read_exactly(stream, size + 2)[:-2]
        if len(body) > LONGEST:
            raise ValueError("too long")
    return body

def read_exactly(stream, size):
    data = stream.read(size) if 0 <= size <= LONGEST + 2 else b""
    if len(data) < size or size < 0:
        raise ValueError("too long, or cut short")
    return data

class Receiver(BaseHTTPRequestHandler):
    timeout = 15  # seconds that a sender may be silent

    def do_POST(self):
        try:
            event = verify(self.headers, read_body(self.headers, self.rfile))
        except (ValueError, OSError):
            event = None
        if event and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            print(event["type"], event["data"]["id"], event["data"].get("result"), flush=True)
        self.send_response(204 if event else 400)
        self.end_headers()

ThreadingHTTPServer(("", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
