"""Lets people in by their voice: `enrol NAME CLIP…`, then `enter ID CLIP` and `forget ID`."""
import json, os, sys, urllib.error, urllib.parse, urllib.request

SERVICE = os.environ.get("SERVICE", "http://localhost:8787")
MODEL = os.environ.get("MODEL", "wavlm-base-plus-sv-q8")
HEADERS = {"Authorization": "Bearer " + os.environ["API_KEY"]} if "API_KEY" in os.environ else {}

def ask(method, path, clip=None, **query):
    """What the service answers; ends with its sentence where it refuses."""
    url = f"{SERVICE}{path}?{urllib.parse.urlencode(query)}"
    data = None if clip is None else open(clip, "rb").read()
    request = urllib.request.Request(url, data=data, headers=HEADERS, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")
    except urllib.error.HTTPError as refusal:
        sys.exit(json.loads(refusal.read())["detail"])

command, who, *clips = sys.argv[1:]
if command == "enrol":
    speaker = ask("POST", "/v1/speakers", clips[0], model=MODEL, name=who)
    for clip in clips[1:]:
        speaker = ask("POST", f"/v1/speakers/{speaker['id']}/clips", clip)
    print(f"{who} is {speaker['id']}, known from {speaker['clips']} clips")
elif command == "enter":
    found = ask("POST", "/v1/identifications", clips[0], model=MODEL, top=1)
    if found["threshold"] is None or not found["candidates"]:
        sys.exit("Nobody is enrolled, or the model has no threshold: undertone calibrate-threshold finds one.")
    best = found["candidates"][0]
    print(f"closest: {best['name']}, score {best['score']:.2f}, threshold {found['threshold']['score']:.2f}")
    # The voice is near enough to somebody's, and that is who was claimed.
    is_right = found["speaker"] is not None and found["speaker"]["id"] == who
    print("come in" if is_right else "not let in")
    sys.exit(0 if is_right else 1)
elif command == "forget":
    ask("DELETE", f"/v1/speakers/{who}")
    print(f"{who} is forgotten")
