"""A client of an Undertone service in one file: the standard library and NumPy.

    from undertone import Client

    client = Client("http://localhost:8787")
    print(client.transcribe("call.wav")["text"])
    layers = client.features("call.wav", layers="3,6").tensors   # {"hidden_states.3": array of [frames, size], …}

A clip is a path, bytes of an audio file, or an array of samples at 16 kHz between -1 and 1.
"""

import io
import json
import os
import random
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

__all__ = ["Client", "Features", "ServiceError", "UnreachableError", "JobError", "UpstreamExpert"]

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 320

Clip = Union[str, "os.PathLike[str]", bytes, np.ndarray]

# The service has refused these before it did anything.
_REFUSED = (425, 429, 503)
# What the service had begun may have been done; computing twice gives the same.
_UNCERTAIN = (408, 500, 502, 504)
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0
_ENDED = ("done", "failed", "cancelled")


class ServiceError(Exception):
    """A refusal of the service (RFC 9457): `slug` is stable, the text says what to do."""

    def __init__(self, status: int, problem: Dict[str, Any], retry_after_seconds: Optional[float]):
        self.slug: Optional[str] = str(problem.get("type", "")).rpartition("/")[2] or None
        text = problem.get("detail") or f"The service answered {status} without a reason."
        # The client asks for nothing that a service of its version does not have.
        if self.slug in ("not-found", "unknown-option"):
            text += " If this client has it, the service is older than the client: update the service."
        super().__init__(text)
        self.status = status
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


class UnreachableError(Exception):
    """The service could not be reached; `__cause__` says why."""


class JobError(Exception):
    """A job has ended without a result; `job` is what the service says of it."""

    def __init__(self, job: Dict[str, Any]):
        problem = job.get("problem") or {}
        super().__init__(problem.get("detail") or f"The job {job['id']} is {job['status']} and has no result.")
        self.job = job


@dataclass(frozen=True)
class Features:
    """Hidden states of a clip: arrays of [frames, size], or [size] if pooled, by name such as `hidden_states.6`."""

    tensors: Dict[str, np.ndarray]
    metadata: Dict[str, Any]


class Client:
    """Calls of one service. Each raises ServiceError and UnreachableError."""

    def __init__(self, base_url: str, key: Optional[str] = None, tries: int = 4, timeout_seconds: float = 300):
        if urllib.parse.urlsplit(base_url).scheme not in ("http", "https"):
            raise ValueError(f"base_url is {base_url}: it has to begin with http:// or https://.")
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._tries = tries
        self._timeout_seconds = timeout_seconds

    def features(self, clip: Clip, **options: Any) -> Features:
        """Hidden states; options are those of POST /v1/features, such as layers="all" and pool="mean"."""
        return _read_npz(self._post("/v1/features", clip, {**options, "format": "npz"}))

    def embed(self, clip: Clip, **options: Any) -> np.ndarray:
        """One vector of [size] for a clip, float32."""
        return np.asarray(self._json("/v1/embeddings", clip, options)["embedding"], dtype=np.float32)

    def transcribe(self, clip: Clip, **options: Any) -> Dict[str, Any]:
        """What is said, with the times of words in seconds."""
        return self._json("/v1/transcriptions", clip, options)

    def classify(self, clip: Clip, **options: Any) -> Dict[str, Any]:
        """Labels with their scores, best first."""
        return self._json("/v1/classifications", clip, options)

    def diarize(self, clip: Clip, **options: Any) -> Dict[str, Any]:
        """Who speaks when, in seconds."""
        return self._json("/v1/diarizations", clip, options)

    def compare(self, a: Clip, b: Clip, **options: Any) -> Dict[str, Any]:
        """How alike the speakers of two clips are."""
        body, content_type = _form({"a": _bytes_of(a), "b": _bytes_of(b)})
        return json.loads(self._send("POST", "/v1/comparisons", options, body, {"Content-Type": content_type}))

    def submit(self, clip: Clip, **options: Any) -> Dict[str, Any]:
        """Submits a job; options are those of POST /v1/jobs, such as task="transcription"; `metadata` may be any JSON."""
        if "metadata" in options:
            options["metadata"] = json.dumps(options["metadata"])
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return json.loads(self._send("POST", "/v1/jobs", options, _bytes_of(clip), headers))

    def job(self, job_id: str) -> Dict[str, Any]:
        """A job as it is now."""
        return json.loads(self._send("GET", f"/v1/jobs/{job_id}", {}))

    def wait(self, job_id: str, poll_seconds: float = 1.0) -> Dict[str, Any]:
        """A job once it has ended, however it has."""
        while (job := self.job(job_id))["status"] not in _ENDED:
            time.sleep(poll_seconds)
        return job

    def result(self, job_id: str) -> Union[Features, Dict[str, Any]]:
        """The result of a job once it has ended: features, or the JSON of its task. Raises JobError if it has none."""
        job = self.wait(job_id)
        if job["status"] != "done":
            raise JobError(job)
        is_features = job["task"] == "features"
        body = self._send("GET", f"/v1/jobs/{job_id}/result", {"format": "npz" if is_features else "json"})
        return _read_npz(body) if is_features else json.loads(body)

    def delete(self, job_id: str) -> None:
        """Cancels a job that has not ended, and deletes its clip and its result."""
        self._send("DELETE", f"/v1/jobs/{job_id}", {})

    def _json(self, path: str, clip: Clip, options: Dict[str, Any]) -> Dict[str, Any]:
        return json.loads(self._post(path, clip, options))

    def _post(self, path: str, clip: Clip, options: Dict[str, Any]) -> bytes:
        return self._send("POST", path, options, _bytes_of(clip))

    def _send(
        self,
        method: str,
        path: str,
        options: Dict[str, Any],
        body: Optional[bytes] = None,
        headers: Optional[Dict[str, str]] = None,
    ) -> bytes:
        """Sends a request up to `tries` times, with the pauses that Retry-After asks for."""
        given = {name: _text(value) for name, value in options.items() if value is not None}
        url = f"{self._base_url}{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        all_headers = {"Content-Type": "application/octet-stream", **(headers or {})}
        if self._key is not None:
            all_headers["Authorization"] = f"Bearer {self._key}"
        for tries in range(1, self._tries + 1):
            request = urllib.request.Request(url, data=body, headers=all_headers, method=method)
            pause_seconds = _FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * random.uniform(0.5, 1)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout_seconds) as answer:
                    return answer.read()
            except urllib.error.HTTPError as error:
                failure: Exception = _service_error(error)
                if error.code not in _REFUSED + _UNCERTAIN:
                    raise failure from None
                pause_seconds = failure.retry_after_seconds or pause_seconds
            except OSError as error:
                failure = UnreachableError(
                    f"{self._base_url} cannot be reached. Check the address, and that the service runs."
                )
                failure.__cause__ = error
            if tries == self._tries or pause_seconds > _LONGEST_PAUSE_SECONDS:
                raise failure
            time.sleep(pause_seconds)
        raise ValueError("tries has to be 1 or more")


class UpstreamExpert:
    """Called as an upstream of s3prl: waveforms in, {"hidden_states": […]} out, as NumPy arrays.

    Every array is [clips, frames, size], padded with zeros to the longest clip; there is one for each layer, from the
    input of the transformer on. `s3prl` wants torch: wrap it as `torch.from_numpy(array)`.
    """

    def __init__(self, client: Client, model: Optional[str] = None):
        self._client = client
        self._model = model

    def get_downsample_rates(self, key: str) -> int:
        """Samples between frames, the same for every key."""
        return HOP_SAMPLES

    def __call__(self, wavs: Sequence[np.ndarray]) -> Dict[str, List[np.ndarray]]:
        """Computes waveforms of [samples] at 16 kHz, one after the other."""
        clips = [self._client.features(np.asarray(wav), layers="all", model=self._model).tensors for wav in wavs]
        names = sorted(clips[0], key=lambda name: int(name.rpartition(".")[2])) if clips else []
        return {"hidden_states": [_padded([clip[name] for clip in clips]) for name in names]}


def _padded(layers: List[np.ndarray]) -> np.ndarray:
    batch = np.zeros((len(layers), max(len(layer) for layer in layers), layers[0].shape[1]), dtype=np.float32)
    for row, layer in zip(batch, layers):
        row[: len(layer)] = layer
    return batch


def _bytes_of(clip: Clip) -> bytes:
    if isinstance(clip, (bytes, bytearray, memoryview)):
        return bytes(clip)
    if isinstance(clip, np.ndarray):
        return _wav(clip)
    with open(clip, "rb") as file:
        return file.read()


def _wav(samples: np.ndarray) -> bytes:
    """A WAV file of float32 samples at 16 kHz, in one channel."""
    if samples.ndim != 1:
        raise ValueError(f"The samples have the shape {samples.shape}: give one channel, of shape [samples].")
    data = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, SAMPLE_RATE_HZ, 4 * SAMPLE_RATE_HZ, 4, 32)
    chunks = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"data", data)
    return _chunk(b"RIFF", chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def _form(files: Dict[str, bytes]) -> Tuple[bytes, str]:
    """A multipart form of files, and its Content-Type."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, content in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        parts += [head.encode(), content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def _read_npz(body: bytes) -> Features:
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        metadata = json.loads(archive["metadata.json"])
        names = [name for name in archive.files if name != "metadata.json"]
        return Features({name: archive[name] for name in names}, metadata)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _service_error(error: urllib.error.HTTPError) -> ServiceError:
    try:
        problem = json.loads(error.read())
    except ValueError:
        problem = {}
    after = error.headers.get("Retry-After", "")
    return ServiceError(
        error.code,
        problem if isinstance(problem, dict) else {},
        float(after) if after.isdigit() else None,
    )
