"""Trains a classifier of words on pooled features, and tries it on voices that it never heard."""
import io, subprocess, sys, urllib.request
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8787"
WORDS = ["yes", "no", "stop", "go", "left"]
VOICES = ["m1", "m2", "m3", "m4", "m7", "f1", "f2", "f3", "f4", "f5"]

def synthesize(voice, word):
    """A WAV of espeak-ng, which stands in for recordings of your own."""
    command = ["espeak-ng", "-v", f"en-us+{voice}", "--stdout", word]
    return subprocess.run(command, capture_output=True, check=True).stdout

def features(clip):
    """[layers, width]: the mean over time of each hidden state."""
    url = f"{SERVICE}/v1/features?layers=all&pool=mean&format=npz"
    answer = urllib.request.urlopen(urllib.request.Request(url, data=clip))
    arrays = np.load(io.BytesIO(answer.read()))
    layers = [name for name in arrays if name.startswith("hidden_states.")]
    return np.stack([arrays[f"hidden_states.{layer}"] for layer in range(len(layers))])

clips = [(word, voice) for word in WORDS for voice in VOICES]
inputs = np.stack([features(synthesize(voice, word)) for word, voice in clips])
words, voices = zip(*clips)
print(f"{len(clips)} clips, {inputs.shape[1]} hidden states of {inputs.shape[2]} numbers")
for layer in range(inputs.shape[1]):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    # A voice is either trained on or tried, never both.
    scores = cross_val_score(model, inputs[:, layer], words, groups=voices, cv=GroupKFold(5))
    print(f"hidden state {layer}: {100 * scores.mean():.0f} % right")
