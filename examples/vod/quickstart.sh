#!/usr/bin/env bash
# From nothing to a downloaded video over the VOD API: start a session, choose a presenter, write a scene, hear it,
# render it, fetch the film and its captions. Start the server first: `make serve`.
set -euo pipefail

HOST=${ROSTRA_URL:-http://localhost:8080}
SECRETS=${ROSTRA_HOME:-.rostra}/partner-${ROSTRA_PARTNER_ID:-102}.env
OUT=${1:-build/vod}

if [ -z "${ROSTRA_ADMIN_SECRET:-}" ]; then
  [ -r "$SECRETS" ] || { echo "There is no $SECRETS: start the server here, or set ROSTRA_ADMIN_SECRET." >&2; exit 1; }
  set -a; . "$SECRETS"; set +a
fi
mkdir -p "$OUT"

field() { python3 -c 'import json, sys; value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name)] if name.isdigit() else value[name]
print(value)' "$1"; }
api() { curl -sS --fail-with-body -X POST "$HOST/api/v1/$1" -H "Authorization: Bearer $KS" \
  -H "Content-Type: application/json" -d "$2"; }
media() { curl -sS --fail-with-body "$HOST/api_v3/service/$1" -d format=1 -d "ks=$KS" "${@:2}"; }

KS=$(curl -sS "$HOST/api_v3/service/session/action/start" -d format=1 -d type=0 -d userId=quickstart \
  -d "partnerId=${ROSTRA_PARTNER_ID:-102}" -d "secret=$ROSTRA_ADMIN_SECRET" -d expiry=86400 | tr -d '"')
echo "Session: ${KS:0:12}..."

AVATAR=$(api avatar/upsert '{"templateId": "jane", "background": {"type": "library", "id": "office-1"}}' | field id)
api avatar/preview "{\"id\": \"$AVATAR\"}" > "$OUT/avatar.png"

VIDEO=$(api video/add "{\"name\": \"Fire drill\", \"avatarId\": \"$AVATAR\", \"scenes\": [
  {\"narration\": {\"text\": \"Hello! On Monday at ten we practise leaving the building.\"}},
  {\"narration\": {\"text\": \"Take the nearest stairs, and meet in the north car park. Thank you.\"}}]}" | field id)
echo "Video: $VIDEO"

api video/previewAudio "{\"id\": \"$VIDEO\", \"sceneId\": 0}" > "$OUT/scene-0.mp3"
api video/generate "{\"id\": \"$VIDEO\"}" > /dev/null

while :; do
  STATE=$(api video/get "{\"id\": \"$VIDEO\"}")
  STATUS=$(field status <<< "$STATE")
  [ "$STATUS" = generating ] || break
  echo "  $(field progress.stage <<< "$STATE"), $(field progress.percent <<< "$STATE") %"
  sleep 2
done
[ "$STATUS" = ready ] || { echo "The generation failed: $STATE" >&2; exit 1; }

ENTRY=$(field entryId <<< "$STATE")
curl -sSL "$(media media/action/get -d "entryId=$ENTRY" | field downloadUrl)" -o "$OUT/video.mp4"
CAPTION=$(media caption_captionAsset/action/list -d "filter[entryIdEqual]=$ENTRY" | field objects.0.id)
curl -sS "$(media caption_captionAsset/action/getUrl -d "id=$CAPTION" | tr -d '"')" -o "$OUT/video.vtt"
echo "$OUT/video.mp4, $OUT/video.vtt"
