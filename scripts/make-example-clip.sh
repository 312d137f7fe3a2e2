#!/usr/bin/env bash
# Makes docs/example.wav, the clip that `npm start` and the README post: two seconds of synthetic speech.
set -euo pipefail
cd "$(dirname "$0")/.."
espeak-ng -v en -s 190 -w docs/example.wav "Undertone turns speech into vectors."
