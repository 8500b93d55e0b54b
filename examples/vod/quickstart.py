#!/usr/bin/env python3
"""From nothing to a downloaded video over the VOD API, with Python's standard library alone.

make serve                          # in one shell
python3 examples/vod/quickstart.py  # in another
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any

HOST = os.environ.get("ROSTRA_URL", "http://localhost:8080")
PARTNER = os.environ.get("ROSTRA_PARTNER_ID", "102")
OUT = Path("build/vod")


def secret() -> str:
    """The partner's admin secret: of the environment, or as the server wrote it down."""
    if "ROSTRA_ADMIN_SECRET" in os.environ:
        return os.environ["ROSTRA_ADMIN_SECRET"]
    place = Path(os.environ.get("ROSTRA_HOME", ".rostra")) / f"partner-{PARTNER}.env"
    lines = dict(line.split("=", 1) for line in place.read_text().splitlines())
    return lines["ROSTRA_ADMIN_SECRET"]


def post(path: str, body: dict[str, Any], **headers: str) -> bytes:
    """What the server answers."""
    request = urllib.request.Request(
        f"{HOST}{path}", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def media(path: str, **body: Any) -> Any:
    """A call of API v3."""
    return json.loads(post(f"/api_v3/service/{path}", {"format": 1, **body}))


def main() -> None:
    """The whole way."""
    given = {"partnerId": PARTNER, "secret": secret(), "userId": "quickstart", "type": 0}
    ks = media("session/action/start", **given)

    def api(path: str, **body: Any) -> Any:
        return json.loads(post(f"/api/v1/{path}", body, Authorization=f"Bearer {ks}"))

    avatar = api("avatar/upsert", templateId="jane", background={"type": "library", "id": "office-1"})
    scenes = [
        {"narration": {"text": "[smile] Hello! This video was made over HTTP."}},
        {"narration": {"text": "Change the words, choose somebody else, and make your own."}},
    ]
    video = api("video/add", name="Quickstart", avatarId=avatar["id"], scenes=scenes)
    api("video/generate", id=video["id"])
    while (video := api("video/get", id=video["id"]))["status"] == "generating":
        print(f"  {video['progress']['stage']}, {video['progress']['percent']} %")
        time.sleep(2)
    if video["status"] != "ready":
        raise SystemExit(f"The generation failed: {video['error']}")

    entry = media("media/action/get", ks=ks, entryId=video["entryId"])
    OUT.mkdir(parents=True, exist_ok=True)
    urllib.request.urlretrieve(entry["downloadUrl"], OUT / "video.mp4")
    filter_ = {"entryIdEqual": entry["id"]}
    captions = media("caption_captionAsset/action/list", ks=ks, filter=filter_)["objects"]
    url = media("caption_captionAsset/action/getUrl", ks=ks, id=captions[0]["id"])
    urllib.request.urlretrieve(url, OUT / "video.vtt")
    print(f"{OUT / 'video.mp4'}, {OUT / 'video.vtt'}")


if __name__ == "__main__":
    main()
