#!/usr/bin/env bash
# Makes docs/example.wav, the clip that `npm start` and the README post: six digits in a synthesized voice that spoken-words never heard.
# Makes the samples of the page too: words in another voice, and both voices in turn.
set -euo pipefail
cd "$(dirname "$0")/.."
espeak-ng -v en-gb+m7 -s 170 -w docs/example.wav "three one four one five nine"

samples=site/public/samples
parts=$(mktemp -d)
trap 'rm -r "$parts"' EXIT
espeak-ng -v en-us+f3 -s 165 -w "$parts/other.wav" "left right stop go yes no"
espeak-ng -v en-gb+m7 -s 160 -w "$parts/first.wav" "yes seven two"
espeak-ng -v en-us+f3 -s 160 -w "$parts/second.wav" "no nine four"
espeak-ng -v en-gb+m7 -s 160 -w "$parts/third.wav" "stop"
sox "$parts/other.wav" -r 16000 -b 16 "$samples/other-voice.flac"
sox "$parts/first.wav" "$parts/second.wav" "$parts/third.wav" -r 16000 -b 16 "$samples/two-voices.flac"
