#!/usr/bin/env bash
# Makes the clips of test/fixtures/clips with ffmpeg, sox and espeak-ng: every format, codec and odd variant that is read,
# and under refused/ what is not. support/decoding/fixture-list.ts says what each is; scripts/record-clips.ts makes recorded/.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p test/fixtures/clips
cd test/fixtures/clips
mkdir -p wav aiff sphere flac mp3 ogg matroska mp4 adts amr refused

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
ff() { ffmpeg -hide_banner -loglevel error -y -nostdin -threads 1 "$@"; }
plain="-map_metadata -1 -fflags +bitexact -flags:a +bitexact -flags:v +bitexact"

# Speech on the left; on the right the same softer, with a tone, so that swapped or mixed channels are seen.
espeak-ng -v en -s 175 --stdout "Whatever is a clip is decoded." > "$work/spoken.wav" 2> /dev/null
sox -V1 -R "$work/spoken.wav" -b 32 -e float "$work/speech.wav" gain -3 rate -v 48000 trim 0.03 1.2
ff -i "$work/speech.wav" -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=1.2" -filter_complex \
  "[0]asplit[l][s];[s]volume=0.4[soft];[1]volume=0.8[tone];[soft][tone]amix=normalize=0:duration=first[r];[l][r]join=inputs=2:channel_layout=stereo" \
  -c:a pcm_f32le $plain "$work/stereo.wav"

# source NAME RATE_HZ CHANNELS SECONDS: a float WAV to encode; channels beyond two repeat the first two at other levels.
source_clip() {
  local remix
  case $3 in
    1) remix="remix 1" ;;
    2) remix="remix 1 2" ;;
    4) remix="remix 1 2 1v0.5 2v0.6" ;;
    6) remix="remix 1 2 1v0.5 2v0.1 2v0.6 1v0.3" ;;
  esac
  [ -e "$work/$1.wav" ] || sox -V1 -R "$work/stereo.wav" -b 32 -e float "$work/$1.wav" $remix rate -v "$2" trim 0 "$4"
}
for rate in 8000 11025 12000 16000 22050 24000 32000 44100 48000 96000; do
  for channels in 1 2 4 6; do
    source_clip "$rate-$channels" "$rate" "$channels" 1.1
    source_clip "$rate-$channels-short" "$rate" "$channels" 0.16
  done
done
# 1.1 s at 44.1 and 48 kHz end within a frame of every codec.
of() { echo "-i $work/$1.wav"; }
to="-vn $plain"

# WAV
for clip in u8:8000-1 u8:44100-2 s16:8000-1 s16:11025-1 s16:16000-1 s16:22050-2 s16:32000-2 s16:44100-2 s16:48000-2 s16:96000-2 \
  s24:48000-2 s32:44100-2 f32:48000-2 f64:44100-1 alaw:8000-1 mulaw:8000-1 mulaw:8000-2 s16:48000-6 s24:48000-6; do
  format=${clip%%:*} source=${clip#*:}
  case $format in u8 | alaw | mulaw) codec=pcm_$format ;; *) codec=pcm_${format}le ;; esac
  ff $(of "$source-short") $to -c:a "$codec" "wav/$format-$source.wav"
done
sox -V1 -R "$work/48000-2-short.wav" -D -b 24 -t wavpcm wav/s24-plain-48000-2.wav
ff $(of 48000-2-short) $to -c:a pcm_s16le -rf64 always wav/rf64-48000-2.wav
(printf BW64 && tail -c +5 wav/rf64-48000-2.wav) > wav/bw64-48000-2.wav
ff $(of 16000-1-short) $to -c:a pcm_s16le -f wav - | cat > wav/unknown-size-16000-1.wav
ff $(of 44100-2-short) -vn -fflags +bitexact -metadata title="Tags before the samples." -c:a pcm_s16le wav/tagged-44100-2.wav
ff $(of 16000-1-short) $to -c:a libmp3lame wav/mp3-16000-1.wav
ff $(of 44100-2-short) $to -c:a libmp3lame -b:a 96k wav/mp3-44100-2.wav
ff $(of 48000-2-short) $to -c:a mp2 -b:a 128k wav/mp2-48000-2.wav

# AIFF and AIFC
for clip in s8:pcm_s8:16000-1 s16:pcm_s16be:44100-2 s24:pcm_s24be:48000-2 s32:pcm_s32be:48000-1 sowt:pcm_s16le:44100-2 \
  fl32:pcm_f32be:48000-2 fl64:pcm_f64be:44100-1 ulaw:pcm_mulaw:8000-1 alaw:pcm_alaw:8000-1; do
  IFS=: read -r name codec source <<< "$clip"
  case $name in s*[0-9]) ending=aiff ;; *) ending=aifc ;; esac
  ff $(of "$source-short") $to -c:a "$codec" -f aiff "aiff/$name-$source.$ending"
done

# NIST SPHERE
sph() { # NAME SOURCE options
  local name=$1 source=$2
  shift 2
  sox -V1 -R "$work/$source.wav" -D "$@" -t sph "sphere/$name.sph"
}
sph s16le-16000-1 16000-1-short -b 16
sph s16be-44100-2 44100-2-short -b 16 -B
sph s24le-48000-2 48000-2-short -b 24
sph s8-8000-1 8000-1-short -b 8 -e signed
sph mulaw-8000-2 8000-2-short -e u-law
# sox writes no A-law.
printf -v alaw_header "NIST_1A\n   1024\nsample_count -i 1280\nsample_n_bytes -i 1\nchannel_count -i 2\nsample_rate -i 8000\nsample_coding -s4 alaw\nend_head\n"
(printf '%-1024s' "$alaw_header" && ff $(of 8000-2-short) $to -c:a pcm_alaw -f alaw -) > sphere/alaw-8000-2.sph

# FLAC
ff $(of 44100-2-short) $to -sample_fmt s16 flac/s16-44100-2.flac
ff $(of 16000-1) $to -sample_fmt s16 flac/s16-16000-1.flac
ff $(of 48000-2-short) $to -sample_fmt s32 -bits_per_raw_sample 24 flac/s24-48000-2.flac
ff $(of 96000-2-short) $to -sample_fmt s32 -bits_per_raw_sample 24 flac/s24-96000-2.flac
ff $(of 48000-6-short) $to -sample_fmt s16 flac/s16-48000-6.flac
ff $(of 44100-2-short) $to -sample_fmt s16 -f flac - | cat > flac/unknown-length-44100-2.flac
ff $(of 44100-2-short) $to -sample_fmt s16 -c:a flac -f ogg flac/s16-44100-2.oga
ff $(of 48000-2-short) $to -sample_fmt s32 -bits_per_raw_sample 24 -c:a flac -f ogg flac/s24-48000-2.oga

# MP3: MPEG 1, 2 and 2.5
mp3() { # NAME SOURCE options
  local name=$1 source=$2
  shift 2
  ff $(of "$source") -vn $plain -c:a libmp3lame "$@" "mp3/$name.mp3"
}
mp3 cbr-44100-2 44100-2 -b:a 128k
mp3 cbr-320k-48000-2 48000-2 -b:a 320k
mp3 vbr-44100-2 44100-2 -q:a 4
mp3 cbr-32000-1 32000-1 -b:a 64k
mp3 mpeg2-22050-1 22050-1 -b:a 48k
mp3 mpeg2-vbr-22050-2 22050-2 -q:a 5
mp3 mpeg2-24000-2 24000-2 -b:a 64k
mp3 mpeg2-16000-1 16000-1 -b:a 32k
mp3 mpeg25-11025-1 11025-1 -b:a 24k
mp3 mpeg25-8000-1 8000-1 -b:a 16k
mp3 dual-44100-2 44100-2 -b:a 96k -joint_stereo 0
mp3 no-xing-44100-2 44100-2 -b:a 96k -write_xing 0 -id3v2_version 0
mp3 no-xing-vbr-44100-1 44100-1 -q:a 6 -write_xing 0 -id3v2_version 0
ff -f lavfi -i "mandelbrot=size=96x96" -frames:v 1 -c:v png $plain "$work/picture.png"
ff $(of 44100-1) -i "$work/picture.png" -map 0:a -map 1:v -c:v copy -c:a libmp3lame -b:a 64k -write_id3v1 1 -fflags +bitexact \
  -metadata title="A picture and tags" -metadata:s:v comment="Cover (front)" mp3/picture-44100-1.mp3

# Ogg
ff $(of 44100-2) $to -c:a libvorbis -q:a 4 ogg/vorbis-44100-2.ogg
ff $(of 8000-1) $to -c:a libvorbis -q:a 3 ogg/vorbis-8000-1.ogg
ff $(of 48000-6) $to -c:a libvorbis -q:a 2 ogg/vorbis-48000-6.ogg
ff $(of 48000-2) $to -c:a libopus -b:a 64k ogg/opus-48000-2.opus
ff $(of 48000-1) $to -c:a libopus -b:a 24k -application voip ogg/opus-voice-48000-1.opus
ff $(of 24000-1) $to -c:a libopus -b:a 32k ogg/opus-24000-1.opus
ff $(of 12000-1) $to -c:a libopus -b:a 16k -application voip ogg/opus-12000-1.opus
ff $(of 16000-1) $to -c:a libopus -b:a 16k -application voip -frame_duration 60 ogg/opus-16000-1.opus
ff $(of 8000-1) $to -c:a libopus -b:a 12k -application voip ogg/opus-8000-1.opus
ff $(of 48000-6) $to -c:a libopus -b:a 128k -mapping_family 1 ogg/opus-48000-6.opus
ff $(of 48000-4-short) $to -c:a libopus -b:a 96k -mapping_family 255 ogg/opus-discrete-48000-4.opus
cat ogg/vorbis-44100-2.ogg <(ff $(of 44100-2-short) $to -fflags +bitexact -serial_offset 7 -c:a libvorbis -q:a 1 -f ogg -) > ogg/vorbis-chained-44100-2.ogg

# WebM and Matroska
ff $(of 48000-2) $to -c:a libopus -b:a 64k matroska/opus-48000-2.webm
ff $(of 48000-1) $to -c:a libopus -b:a 24k -f webm -live 1 - | cat > matroska/opus-live-48000-1.webm
ff $(of 44100-2) $to -c:a libvorbis -q:a 4 matroska/vorbis-44100-2.webm
ff $(of 44100-2-short) $to -c:a pcm_s16le matroska/s16-44100-2.mka
ff $(of 48000-1-short) $to -c:a pcm_s24le matroska/s24-48000-1.mka
ff $(of 48000-1-short) $to -c:a pcm_f32le matroska/f32-48000-1.mka
ff $(of 44100-2) $to -c:a aac -aac_pns 0 -b:a 96k matroska/aac-44100-2.mka
ff $(of 48000-1-short) $to -c:a flac -sample_fmt s32 -bits_per_raw_sample 24 matroska/flac24-48000-1.mka
ff $(of 44100-1) $to -c:a libmp3lame -b:a 48k matroska/mp3-44100-1.mka
video="-f lavfi -i testsrc=size=32x32:rate=10:duration=1.1"
ff $video $(of 48000-1) $plain -c:v libvpx -b:v 20k -c:a libopus -b:a 32k matroska/video-48000-1.webm

# MP4, M4A, MOV and 3GP
aac="-c:a aac -aac_pns 0"
ff $(of 44100-2) $to $aac -b:a 96k mp4/aac-44100-2.m4a
ff $(of 48000-2) $to $aac -b:a 96k -movflags +faststart mp4/aac-faststart-48000-2.m4a
ff $(of 44100-2) $to $aac -b:a 96k -movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 300000 mp4/aac-fragmented-44100-2.mp4
ff $(of 16000-1) $to $aac -b:a 32k mp4/aac-16000-1.m4a
ff $(of 48000-6) $to $aac -b:a 192k mp4/aac-48000-6.m4a
ff $(of 44100-2-short) $to -c:a alac -sample_fmt s16p mp4/alac16-44100-2.m4a
ff $(of 16000-1) $to -c:a alac -sample_fmt s16p -movflags +faststart mp4/alac16-16000-1.m4a
ff $(of 48000-2-short) $to -c:a alac -sample_fmt s32p -bits_per_raw_sample 24 mp4/alac24-48000-2.m4a
ff $(of 48000-2) $to -c:a libopus -b:a 64k -strict experimental mp4/opus-48000-2.mp4
ff $(of 44100-2-short) $to -c:a pcm_s16be mp4/twos-44100-2.mov
ff $(of 48000-2-short) $to -c:a pcm_s16le mp4/sowt-48000-2.mov
ff $(of 48000-1-short) $to -c:a pcm_s24be mp4/in24-48000-1.mov
ff $(of 48000-1-short) $to -c:a pcm_f32le mp4/fl32-48000-1.mov
ff $(of 44100-1-short) $to -c:a flac -sample_fmt s16 -strict -2 mp4/flac16-44100-1.mp4
ff $(of 22050-2) $to -c:a libmp3lame -b:a 32k mp4/mp3-22050-2.mp4
ff $(of 48000-4-short) $to -c:a libopus -b:a 96k -mapping_family 255 -strict experimental mp4/opus-discrete-48000-4.mp4
ff $video $(of 44100-1) $plain -c:v libx264 -preset ultrafast -crf 40 -pix_fmt yuv420p $aac -b:a 64k mp4/video-44100-1.mp4

# ADTS
ff $(of 44100-2) $to $aac -b:a 96k adts/aac-44100-2.aac
ff $(of 16000-1) $to $aac -b:a 32k adts/aac-16000-1.aac
ff $(of 48000-1) $to $aac -b:a 48k -write_id3v2 1 adts/aac-tagged-48000-1.aac

# AMR narrow band, which ffmpeg does not write
sox -V1 -R "$work/8000-1.wav" -D -C 7 -t amr-nb amr/amr-nb-12k2.amr
sox -V1 -R "$work/8000-1.wav" -D -C 0 -t amr-nb amr/amr-nb-4k75.amr
sox -V1 -R "$work/8000-1.wav" -D -C 5 -t amr-nb amr/amr-nb-pause.amr pad 0 0.6 # long enough for silence descriptors
ff -i amr/amr-nb-12k2.amr $to -c:a copy mp4/amr-nb-8000-1.3gp

# Not read
ff $(of 8000-1-short) $to -c:a adpcm_ms refused/adpcm-ms.wav
ff $(of 8000-1-short) $to -c:a adpcm_ima_wav refused/adpcm-ima.wav
tone="-f lavfi -i sine=frequency=440:sample_rate=48000:duration=0.1 $plain"
ff $tone -c:a wavpack refused/wavpack.wv
ff $tone -c:a tta refused/true-audio.tta
ff $tone -c:a ac3 -b:a 48k refused/ac3.ac3
ff $tone -c:a eac3 -b:a 32k refused/ac3-enhanced.eac3
ff $tone -c:a dca -strict -2 -b:a 320k refused/dts.dts
ff $tone -c:a aac -b:a 32k -f latm refused/aac.loas
ff $tone -ar 8000 -c:a pcm_u8 refused/creative.voc
ff $tone -ar 8000 -c:a libgsm refused/gsm-full-rate.gsm
ff $(of 48000-2-short) $to -c:a ac3 -b:a 96k refused/ac3.mp4
ff $(of 48000-2-short) $to -c:a dca -strict -2 -b:a 320k refused/dts.mp4
ff $(of 48000-2-short) $to -c:a ac3 -b:a 96k refused/ac3.mka
ff $(of 16000-1-short) $to -c:a libspeex refused/speex.ogg
ff $(of 44100-1-short) $to -c:a wmav2 refused/windows-media.wma
ff $(of 16000-1-short) $to -c:a pcm_s16le refused/wave64.w64
ff $(of 16000-1-short) $to -c:a pcm_s16le refused/core-audio.caf
ff $(of 16000-1-short) $to -c:a pcm_s16be refused/sun.au
ff $video $plain -t 0.3 -c:v libvpx -b:v 20k refused/video-without-sound.webm
ff $video $plain -t 0.3 -c:v libx264 -preset ultrafast -crf 40 -pix_fmt yuv420p refused/video-without-sound.mp4
ff $video $plain -t 0.3 -c:v libtheora -b:v 20k refused/video-without-sound.ogv
# Four hours in 50 kB.
ff -f lavfi -i anullsrc=r=16000:cl=mono -t 14400 $plain -c:a flac -frame_size 65535 refused/hours-of-silence.flac
# No program at hand writes AMR wide band: eight frames of its lowest rate (3GPP TS 26.201), of no sound in particular.
(printf '#!AMR-WB\n' && for _ in 1 2 3 4 5 6 7 8; do printf '\x04ABCDEFGHIJKLMNOPQ'; done) > refused/amr-wb.awb
cp "$work/picture.png" refused/picture.png
printf 'Transcript: whatever is a clip is decoded.\n' > refused/text.wav
printf '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n' > refused/page.mp3

# The first channel of every clip above, to which what was decoded is aligned.
sox -V1 -R "$work/stereo.wav" -D -b 16 -t wavpcm spoken-16000.wav remix 1 rate -v 16000 trim 0 1.1
