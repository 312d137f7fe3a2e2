#!/usr/bin/env bash
# Makes docs/example.wav, the clip that `npm start` and the README post: six digits in a synthesized voice that spoken-words never heard.
set -euo pipefail
cd "$(dirname "$0")/.."
espeak-ng -v en-gb+m7 -s 170 -w docs/example.wav "three one four one five nine"
