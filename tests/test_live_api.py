"""The control API of live sessions: the golden transcript, every refusal in its order, lives and ends."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from onair import KEY, House, on_air
from rostra.live import api, session
from rostra.live.api import CORS, PREFIX
from rostra.live.sessions import REMEMBERED
from serving import PARTNER, serving
from test_apiv3 import ask, started

CALLS = ("init-client", "say-text", "say-audio", "interrupt", "keep-alive", "end")
OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=recvonly
a=mid:0
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {print}
a=setup:actpass
a=rtpmap:96 opus/48000/2
""".replace("\n", "\r\n").format(print=":".join(["AB"] * 32))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, people: Path) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), people) as url:
        yield url


def post(origin: str, path: str, credential: str = "", **more: Any) -> httpx.Response:
    headers = {"Authorization": credential} if credential else {}
    return httpx.post(f"{origin}{path}", headers={**headers, **more.pop("headers", {})}, timeout=60, **more)


def refused(answer: httpx.Response, status: int, code: str, error: str = "") -> None:
    """A refusal, in the shape and, where it is the vendor's, in the words of this API."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["success"], told["code"]) == (False, code)
    assert error in told["error"] if error else told["error"]
    assert answer.headers["access-control-allow-origin"] == "*"


def create(origin: str, user: str = "ana", **body: Any) -> httpx.Response:
    given = {"visualConfig": {"avatarId": "ellipse"}, **body}
    return post(origin, f"{PREFIX}/create", f"KS {started(origin, userId=user)}", json=given)


# The golden transcript, on a real server


def test_the_golden_transcript(origin: str):
    made = create(origin, voiceConfig={"speed": 1.1})
    assert made.status_code == 200
    told = made.json()
    assert set(told) == {"success", "sessionId", "token"}
    bearer, path = f"Bearer {told['token']}", f"{PREFIX}/{told['sessionId']}"
    ready = post(origin, f"{path}/init-client", bearer).json()
    assert ready["success"] is True
    assert ready["whepUrl"].startswith(origin)
    assert set(ready["turn"]) == {"url", "username", "credential"}
    assert ready["turn"]["url"] == f"stun:127.0.0.1:{origin.rpartition(':')[2]}"
    answer = httpx.post(
        ready["whepUrl"], content=OFFER, headers={"content-type": "application/sdp"}, timeout=60
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"].startswith("application/sdp")
    assert "m=audio" in answer.text
    for text, final in (("Good mor", False), ("ning, Ana.", True)):
        body = {"text": text, "turnId": "t1", "isFinal": final}
        assert post(origin, f"{path}/say-text", bearer, json=body).json() == {"success": True, "turnId": "t1"}
    for call in ("keep-alive", "interrupt", "end"):
        assert post(origin, f"{path}/{call}", bearer).json() == {"success": True}
    again = post(origin, f"{path}/end", bearer)
    assert again.status_code == 410
    assert again.json()["error"] == "Session ended"
    made_up = jwt.encode(
        {"sub": "s_nobody", "exp": time.time() + 60}, "somebody else's key, long enough....."
    )
    refused(post(origin, f"{PREFIX}/s_nobody/say-text", f"Bearer {made_up}"), 401, "INVALID_TOKEN")
    refused(post(origin, f"{PREFIX}/nope/say-text", bearer), 404, "SESSION_NOT_FOUND", "Session not found")
    gone = httpx.post(ready["whepUrl"], content=OFFER, headers={"content-type": "application/sdp"})
    refused(gone, 404, "SESSION_NOT_FOUND")


def test_who_may_create(origin: str):
    body = {"visualConfig": {"avatarId": "ellipse"}}
    for credential in ("", "KS", "KS nonsense", "Basic YTpi"):
        refused(post(origin, PREFIX, credential, json=body), 401, "INVALID_KS", "Invalid Kaltura Session")
    widget = ask(origin, "service/session/action/startWidgetSession", widgetId=f"_{PARTNER}")["ks"]
    refused(
        post(origin, PREFIX, f"KS {widget}", json=body),
        403,
        "KS_NOT_AUTHORIZED",
        "Kaltura Session not authorized",
    )
    over = started(origin, userId="ana", expiry=60)
    ended = ask(origin, "service/session/action/end", ks=over)
    assert ended is None
    refused(post(origin, PREFIX, f"KS {over}", json=body), 401, "INVALID_KS")


def test_both_paths_and_both_schemes_create(origin: str):
    ks = started(origin, userId="ana")
    for path, scheme in (("", "KS"), ("/", "Bearer"), ("/create", "ks"), ("/create/", "bearer")):
        body = {"visualConfig": {"avatarId": "ellipse"}, "voiceConfig": None}
        made = post(origin, f"{PREFIX}{path}", f"{scheme} {ks}", json=body)
        assert made.status_code == 200, made.text
        end(origin, made.json())


def end(origin: str, made: dict[str, Any]) -> None:
    answer = post(origin, f"{PREFIX}/{made['sessionId']}/end", f"Bearer {made['token']}")
    assert answer.status_code == 200


def test_avatars_are_presenters_and_ones_own_of_the_studio(origin: str):
    ks = started(origin, userId="ana")
    body = {"templateId": "ellipse", "background": {"type": "color", "color": "#204060"}}
    own = post(origin, "/api/v1/avatar/upsert", f"Bearer {ks}", json=body).json()["id"]
    made = create(origin, visualConfig={"avatarId": own})
    assert made.status_code == 200, made.text
    end(origin, made.json())
    refused(create(origin, user="ben", visualConfig={"avatarId": own}), 404, "NOT_FOUND", own)
    refused(create(origin, visualConfig={"avatarId": "elipse"}), 404, "NOT_FOUND", "ellipse")


def test_voices_and_speeds(origin: str):
    for voice in ({"id": "emma"}, {"id": "heart:fast"}, {"id": None, "speed": 0.5}, {"speed": 2}, {}):
        made = create(origin, voiceConfig=voice)
        assert made.status_code == 200, made.text
        end(origin, made.json())
    refused(create(origin, voiceConfig={"id": "nobody"}), 404, "NOT_FOUND", "nobody")
    for speed in (0.49, 2.01, -1, "fast", [], 1e400):
        body = {"visualConfig": {"avatarId": "ellipse"}, "voiceConfig": {"speed": speed}}
        answer = post(origin, PREFIX, f"KS {started(origin, userId='ana')}", content=json.dumps(body))
        refused(answer, 400, "INVALID_REQUEST", "voiceConfig" if speed != 1e400 else "")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"nonsense", b"\xff\xfe", b'{"visualConfig":{}}', b'{"visualConfig":{"avatarId":5}}',
     b'{"visualConfig":{"avatarId":""}}', b'{"visualConfig":null}', b"[" * 100_000],
)  # fmt: skip
def test_a_body_that_names_no_avatar_is_refused(origin: str, body: bytes):
    answer = post(origin, f"{PREFIX}/create", f"KS {started(origin, userId='ana')}", content=body)
    refused(answer, 400, "INVALID_REQUEST")


def test_no_more_sessions_than_there_are_places(origin: str):
    made = [create(origin) for _ in range(3)]
    assert [one.status_code for one in made] == [200] * 3
    late = create(origin)
    refused(late, 503, "NO_CAPACITY")
    assert int(late.headers["retry-after"]) > 0
    for one in made:
        end(origin, one.json())
    freed = create(origin)
    assert freed.status_code == 200
    end(origin, freed.json())


# The rest without a network, with a clock that the test sets


def test_a_partner_may_have_a_limit_of_its_own():
    async def scene() -> None:
        async with on_air(most_each=2) as house:
            for _ in range(2):
                await house.create("7:ana")
            answer = await house.client.post(
                PREFIX, json={"visualConfig": {"avatarId": "jane"}}, headers={"Authorization": "KS 7:ben"}
            )
            refused(answer, 429, "NO_CAPACITY")
            assert int(answer.headers["retry-after"]) > 0
            await house.create("8:eve")

    asyncio.run(scene())


def test_every_call_checks_token_then_session_then_body():
    async def scene() -> None:
        async with on_air() as house:
            ana, ben = await house.create(), await house.create()
            gone = await house.create()
            await gone.ok("end")
            now = time.time()

            def token(sub: str = ana.id, key: bytes = KEY, **claims: Any) -> str:
                return jwt.encode({"sub": sub, "exp": now + 60, **claims}, key, "HS256")

            bad = {
                "tampered": f"{ana.token[:-4]}AAAA",
                "of another key": token(key=b"another key of thirty-two bytes..."),
                "expired": token(exp=now - 5),
                "without an end": jwt.encode({"sub": ana.id}, KEY, "HS256"),
                "without a signature": jwt.encode({"sub": ana.id, "exp": now + 60}, "", "none"),
                "of no session": jwt.encode({"exp": now + 60}, KEY, "HS256"),
                "no token": "nonsense",
            }
            for call in CALLS:
                for name, text in bad.items():
                    for id_ in (ana.id, gone.id, "s_unknown"):
                        answer = await ana.post(call, id_, text, content=b"not read")
                        refused(answer, 401, "INVALID_TOKEN", "Invalid or expired token")
                    assert name
                for header in ({}, {"Authorization": f"KS {ana.token}"}, {"Authorization": ana.token}):
                    answer = await house.client.post(f"{PREFIX}/{ana.id}/{call}", headers=header)
                    refused(answer, 401, "INVALID_TOKEN")
                refused(await ana.post(call, ben.id), 401, "INVALID_TOKEN")
                refused(await ana.post(call, gone.id), 401, "INVALID_TOKEN")
                refused(await ana.post(call, "s_unknown"), 404, "SESSION_NOT_FOUND", "Session not found")
                refused(await gone.post(call, content=b"not read"), 410, "SESSION_ENDED", "Session ended")
            for call in ("say-text", "say-audio"):
                assert (await ana.post(call, content=b"not good")).status_code in (400, 415)
            claims = jwt.decode(ana.token, options={"verify_signature": False})
            assert (claims["sub"], claims["pid"], claims["uid"]) == (ana.id, 7, "ana")
            assert claims["exp"] - claims["iat"] == house.sessions.terms.life

    asyncio.run(scene())


def test_create_is_never_a_session():
    async def scene() -> None:
        async with on_air() as house:
            ana = await house.create()
            for call in CALLS:
                refused(await ana.post(call, "create"), 404, "SESSION_NOT_FOUND")

    asyncio.run(scene())


def test_addresses_and_methods_that_are_none_are_refused_in_the_same_shape():
    async def scene() -> None:
        async with on_air() as house:
            for method, path in (
                ("GET", "/create"), ("PUT", "/s_x/end"), ("GET", "/s_x/say-text"), ("POST", "/s_x/dance"),
                ("DELETE", "/s_x"), ("POST", "/a/b/c"),
            ):  # fmt: skip
                refused(await house.client.request(method, f"{PREFIX}{path}"), 404, "NOT_FOUND", method)

    asyncio.run(scene())


def test_a_fault_of_ours_is_told_in_the_same_shape(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        async with on_air() as house:
            ana = await house.create()
            monkeypatch.setattr(ana.session, "interrupt", lambda: 1 / 0)
            refused(await ana.post("interrupt"), 500, "INTERNAL_ERROR", "Internal server error")

    asyncio.run(scene())


def test_browsers_of_any_origin_may_ask():
    async def scene() -> None:
        async with on_air() as house:
            ana = await house.create()
            where = (await ana.ok("init-client"))["whepUrl"]
            wish = {
                "Origin": "https://shop.example", "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            }  # fmt: skip
            paths = [PREFIX, f"{PREFIX}/create", *(f"{PREFIX}/{ana.id}/{call}" for call in CALLS), where]
            for path in [*paths, f"{where}/viewer"]:
                answer = await house.client.options(path, headers=wish)
                assert answer.status_code == 204
                for name, value in CORS.items():
                    assert answer.headers[name] == value
                allowed = answer.headers["access-control-allow-methods"]
                assert {"POST", "DELETE", "OPTIONS"} <= set(allowed.split(", "))
            answer = await ana.post("keep-alive")
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "Location" in answer.headers["access-control-expose-headers"]

    asyncio.run(scene())


def test_a_session_ends_when_nobody_has_called_for_a_while():
    async def scene() -> None:
        async with on_air(idle=60.0) as house:
            for call, more in (
                ("init-client", {}), ("keep-alive", {}), ("interrupt", {}),
                ("say-text", {"json": {"text": "Hi"}}), ("say-text", {"json": {}}),
            ):  # fmt: skip
                guest = await house.create()
                house.clock.now += 59
                await guest.post(call, **more)
                house.clock.now += 59
                await house.round()
                await guest.ok("keep-alive")
                house.clock.now += 61
                await house.round()
                refused(await guest.post("keep-alive"), 410, "SESSION_ENDED")
            assert house.sessions.count == 0

    asyncio.run(scene())


def test_a_session_lives_only_so_long_whatever_is_called():
    async def scene() -> None:
        async with on_air(idle=60.0, life=600.0) as house:
            guest = await house.create()
            for _ in range(11):
                house.clock.now += 54
                await house.round()
                await guest.ok("keep-alive")
            house.clock.now += 10
            await house.round()
            refused(await guest.post("keep-alive"), 410, "SESSION_ENDED")

    asyncio.run(scene())


def test_an_ended_session_is_remembered_for_an_hour():
    async def scene() -> None:
        async with on_air(life=1e6) as house:
            guest = await house.create()
            await guest.ok("end")
            house.clock.now += REMEMBERED - 10
            await house.round()
            refused(await guest.post("end"), 410, "SESSION_ENDED")
            house.clock.now += 20
            await house.round()
            refused(await guest.post("end"), 404, "SESSION_NOT_FOUND")

    asyncio.run(scene())


def test_what_a_backend_says_before_somebody_watches_waits_for_a_while(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            await guest.say("Good morning, Ana.")
            await until(lambda: house.parrot.asked == ["Good morning, Ana."])
            for _ in range(20):
                await asyncio.sleep(0.01)
                assert guest.session.health.frames == 0
            monkeypatch.setattr(session, "PATIENCE", 0.0)
            await until(lambda: guest.session.heard("t") == "Good morning, Ana.")

    asyncio.run(scene())


async def until(true: Any, most: float = 60.0) -> None:
    """Wait for something that must become true."""
    end_ = time.monotonic() + most
    while not true():
        assert time.monotonic() < end_, "it did not happen"
        await asyncio.sleep(0.01)


def test_text_is_required():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            for body in ({}, {"text": None}, {"text": ""}, {"text": "", "turnId": "new", "isFinal": True},
                         {"text": "", "turnId": "t", "isFinal": False}):  # fmt: skip
                answer = await guest.post("say-text", json=body)
                refused(answer, 400, "INVALID_REQUEST", "Text is required")
            for body in (
                {"text": 5},
                {"text": "Hi", "isFinal": "perhaps"},
                {"text": "Hi", "turnId": "x" * 201},
            ):
                refused(await guest.post("say-text", json=body), 400, "INVALID_REQUEST")
            await guest.say("Hello", final=False)
            refused(
                await guest.post("say-text", json={"text": "", "turnId": "t", "isFinal": False}),
                400, "INVALID_REQUEST", "Text is required",
            )  # fmt: skip
            await guest.say("", final=True)
            await until(lambda: house.parrot.asked == ["Hello"])
            await guest.say("", final=True)  # closed once more by a client that is late
            made = [(await guest.ok("say-text", json={"text": "Hi"}))["turnId"] for _ in range(2)]
            assert made[0] != made[1]

    asyncio.run(scene())


def test_a_failed_sentence_does_not_silence_the_session():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            news = guest.session.listen()
            house.parrot.fails = ZeroDivisionError("of a voice")
            await guest.say("One.", "a")
            assert (await asyncio.wait_for(news.get(), 60))["type"] == "error"
            await guest.say("Two.", "b")
            await until(lambda: house.parrot.asked == ["One.", "Two."])

    asyncio.run(scene())


def test_a_session_that_breaks_is_ended():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            guest.session._performance = None
            await house.round()
            await until(lambda: house.sessions.count == 0)
            refused(await guest.post("keep-alive"), 410, "SESSION_ENDED")

    asyncio.run(scene())


def test_who_asks_too_often_is_slowed_down(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        now = 1000.0
        monkeypatch.setattr(api.time, "monotonic", lambda: now)
        async with on_air() as house:
            ana, ben = await house.create(), await house.create()
            for number in range(20):
                await ana.say(f"{number} ", final=False)
            answer = await ana.post("say-text", json={"text": "more"})
            refused(answer, 429, "RATE_LIMITED", "Too many requests")
            assert int(answer.headers["retry-after"]) >= 1
            await ben.say("Hello")
            now += 1.0
            await ana.say("more")

    asyncio.run(scene())


def test_a_text_has_bounds():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            refused(
                await guest.post("say-text", json={"text": "x " * 50_000}), 400, "INVALID_REQUEST", "chunks"
            )
            refused(await guest.post("say-text", json={"text": "x " * 1_000_000}), 413, "TOO_LARGE")
            house.parrot.gate.clear()
            for _ in range(4):
                await guest.say("word " * 4_000, final=False)
            answer = None
            for _ in range(3):
                answer = await guest.post("say-text", json={"text": "word " * 3_000, "turnId": "t"})
            refused(answer, 400, "INVALID_REQUEST", "wait to be spoken")

    asyncio.run(scene())


def test_two_megabytes_of_text_in_one_turn_are_taken_as_far_as_they_may_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api, "BURST", 1000)

    async def scene() -> None:
        async with on_air() as house:
            guest, other = await house.create(), await house.create()
            house.parrot.gate.clear()
            codes = []
            for number in range(100):
                body = {"text": "All of it is one turn. " * 869, "turnId": "endless", "isFinal": number == 99}
                codes.append((await guest.post("say-text", json=body)).status_code)
            assert codes == [200] * 5 + [400] * 95
            assert guest.session._turns.waiting <= 100_000
            await other.ok("keep-alive")
            await guest.ok("interrupt")
            assert guest.session._turns.waiting == 0
            house.parrot.gate.set()
            await guest.say("And now this.", "next")
            await until(lambda: house.parrot.asked[-1:] == ["And now this."])

    asyncio.run(scene())


def test_a_recording_has_to_come_as_a_form_with_a_sound(monkeypatch: pytest.MonkeyPatch):
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            refused(await guest.post("say-audio", json={}), 415, "WRONG_TYPE")
            for content in (b"", b"no boundary in here"):
                headers = {"content-type": "multipart/form-data; boundary=x"}
                refused(
                    await guest.post("say-audio", content=content, headers=headers), 400, "INVALID_REQUEST"
                )
            headers = {"content-type": "multipart/form-data"}
            refused(await guest.post("say-audio", content=b"x", headers=headers), 400, "INVALID_REQUEST")
            refused(
                await guest.post("say-audio", data={"audio": "text"}, files={"else": b"x"}),
                400,
                "INVALID_REQUEST",
                "audio",
            )
            for sound in (b"", b"no sound at all", bytes(5000)):
                refused(
                    await guest.post("say-audio", files={"audio": ("a.mp3", sound)}), 400, "INVALID_REQUEST"
                )
            answer = await guest.post("say-audio", files={"audio": b"x"}, data={"isFinal": "perhaps"})
            refused(answer, 400, "INVALID_REQUEST", "isFinal")
            monkeypatch.setattr(api, "LARGEST_SOUND", 100_000)
            monkeypatch.setattr(api, "LARGEST_FORM", 150_000)
            for size in (100_001, 200_000):
                refused(
                    await guest.post("say-audio", files={"audio": io.BytesIO(bytes(size))}), 413, "TOO_LARGE"
                )

    asyncio.run(scene())


def test_an_address_to_watch_at_needs_its_key_and_an_offer():
    async def scene() -> None:
        async with on_air() as house:
            guest, sdp = await house.create(), {"content-type": "application/sdp"}
            where = (await guest.ok("init-client"))["whepUrl"]
            assert (await guest.ok("init-client"))["whepUrl"] == where
            assert guest.id not in where
            post = house.client.post
            refused(await post(where, content=OFFER), 415, "WRONG_TYPE")
            refused(await post(where, json={}), 415, "WRONG_TYPE")
            refused(await post(f"{where}x", content=OFFER, headers=sdp), 404, "SESSION_NOT_FOUND")
            refused(await post(where, content=b"x" * 70_000, headers=sdp), 413, "TOO_LARGE")
            made = await post(
                where, content=OFFER, headers={"content-type": "Application/SDP; charset=utf-8"}
            )
            assert made.status_code == 201
            place = made.headers["location"]
            assert (await house.client.delete(place)).status_code == 200
            refused(await house.client.delete(place), 404, "NOT_FOUND")
            await guest.ok("end")
            refused(await house.client.delete(place), 404, "SESSION_NOT_FOUND")

    asyncio.run(scene())


def test_the_end_ends_a_viewer_that_is_just_coming():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            where = (await guest.ok("init-client"))["whepUrl"]
            seen = guest.session
            coming = asyncio.create_task(
                house.client.post(where, content=OFFER, headers={"content-type": "application/sdp"})
            )
            await until(lambda: seen.viewers)
            await guest.ok("end")
            assert (await coming).status_code in (201, 400, 404)
            assert not seen.viewers

    asyncio.run(scene())


def test_nothing_that_waits_outlives_the_house():
    async def scene() -> list[str]:
        async with on_air() as house:
            guest: House = house
            for _ in range(3):
                one = await guest.create()
                await one.say("Hello. And")
        await asyncio.sleep(0)
        return [str(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert asyncio.run(scene()) == []
