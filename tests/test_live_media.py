"""What viewers of a live session get, by WebRTC on the loopback; and what happens when they behave badly."""

from __future__ import annotations

import asyncio
import io
import os
import random
import signal
from collections.abc import Callable, Coroutine
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc.rtp import RTCP_PSFB_APP, RTCP_PSFB_PLI, RtcpPsfbPacket, pack_remb_fci

from onair import Guest, House, on_air
from rostra.live import network, session
from rostra.live.encoders import PictureEncoder
from rostra.live.recording import LONGEST, decode, follow
from rostra.live.speaker import Speaker
from rostra.picture.encoder import FilmFrame
from rostra.picture.frame import Size
from rostra.picture.warm import warm
from rostra.speech.catalogue import voice
from rostra.speech.speech import SILENCE
from talking import RATE, tone
from test_live_api import OFFER, refused
from watching import SDP, Browser, until

STORY = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """So that no viewer waits for it."""
    warm()


Scene = Callable[[House, Guest], Coroutine[Any, Any, None]]


def played(scene: Scene, **how: Any) -> None:
    """A scene with a session."""

    async def play() -> None:
        async with on_air(**how) as house:
            await scene(house, await house.create())

    asyncio.run(play())


# What is seen and heard


def test_a_viewer_sees_hears_and_is_told():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser().watch(guest)
        await viewer.see(3)
        assert (viewer.pictures[0].width, viewer.pictures[0].height) == (128, 128)
        await until(lambda: len(viewer.sound) > 20)
        assert viewer.loud() == 0
        await guest.say("Good mor", "t1", False)
        await guest.say("ning, Ana.", "t1", True)
        await until(lambda: "speaking-end" in viewer.kinds())
        assert viewer.kinds() == ["speaking-start", "speaking-end"]
        words = [event["text"] for event in viewer.events if event["type"] == "word"]
        assert words == ["Good", "morning,", "Ana."]
        first, *others = viewer.events
        assert first == {"type": "first-frame"}
        assert {event["turnId"] for event in others} == {"t1"}
        assert viewer.loud() > 15
        silent_from = len(viewer.sound) + 15
        await until(lambda: len(viewer.sound) > silent_from + 20)
        assert viewer.loud(silent_from) == 0
        await viewer.close()

    played(scene)


def test_the_answer_is_what_clients_need():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser().watch(guest)
        assert "a=msid:rostra" in viewer.answer
        assert viewer.answer.count("a=sendonly") == 2
        assert "a=candidate" in viewer.answer
        assert "a=end-of-candidates" in viewer.answer
        await viewer.close()

    played(scene)


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_pictures_come_in_what_the_offer_has(codec: str):
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser((codec,)).watch(guest)
        await viewer.see(3)
        assert set(guest.session._camera._encoders) == {codec}
        await viewer.close()

    played(scene)


def test_an_offer_without_video_is_heard():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser(()).watch(guest)
        await guest.say("Hello there.")
        await until(lambda: viewer.loud() > 5)
        assert "m=video" not in viewer.answer
        assert not guest.session._camera._encoders
        await viewer.close()

    played(scene)


def test_ten_viewers_share_one_encode_and_the_others_stay_when_one_goes(monkeypatch: pytest.MonkeyPatch):
    made, encoded = [], []
    create, encode = PictureEncoder.__init__, PictureEncoder.encode
    monkeypatch.setattr(PictureEncoder, "__init__", lambda self, *a: (made.append(a[0]), create(self, *a))[1])
    monkeypatch.setattr(
        PictureEncoder, "encode", lambda self, *a: (encoded.append(a[1]), encode(self, *a))[1]
    )

    async def scene(house: House, guest: Guest) -> None:
        viewers = [await Browser(("H264",)).watch(guest) for _ in range(10)]
        for viewer in viewers:
            await viewer.see(2)
        assert made == ["H264"]
        assert len(encoded) == len(set(encoded))
        assert (await house.client.delete(viewers[0].place)).status_code == 200
        await until(lambda: viewers[0].peer.connectionState == "closed")
        await viewers[9].see(2)
        assert len(guest.session.viewers) == 9
        for viewer in viewers:
            await viewer.close()

    played(scene)


def test_a_lost_picture_is_answered_by_a_key_frame():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser(("H264",)).watch(guest)
        await viewer.see(10)
        before = viewer.key_frames
        await viewer.see(10)
        assert viewer.key_frames == before
        await report(viewer, RTCP_PSFB_PLI)
        await until(lambda: viewer.key_frames > before)
        await viewer.close()

    played(scene)


async def report(viewer: Browser, kind: int, rate: int = 0) -> None:
    """Say to the sender of the picture what a receiver says."""
    receiver = viewer.peer.getTransceivers()[1].receiver
    (source,) = receiver._RTCRtpReceiver__remote_streams
    fci = pack_remb_fci(rate, [source]) if rate else b""
    packet = RtcpPsfbPacket(
        fmt=kind,
        ssrc=receiver._ssrc if hasattr(receiver, "_ssrc") else 1,
        media_ssrc=0 if rate else source,
        fci=fci,
    )
    await receiver.transport._send_rtp(bytes(packet))


def test_the_picture_costs_what_its_slowest_viewer_can_take():
    async def scene(house: House, guest: Guest) -> None:
        slow, fast = [await Browser(("H264",)).watch(guest) for _ in range(2)]
        await slow.see(3)
        await fast.see(3)
        encoder = guest.session._camera._encoders["H264"]
        await report(slow, RTCP_PSFB_APP, encoder._most // 2)
        await until(lambda: encoder._wanted <= encoder._most // 2)
        await slow.close()
        await until(lambda: len(guest.session.viewers) == 1)
        await report(fast, RTCP_PSFB_APP, 10 * encoder._most)
        await until(lambda: encoder._wanted == encoder._most)
        await fast.close()

    played(scene)


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_an_encoder_spends_less_when_it_is_told_to(codec: Any):
    size = Size(160, 160)
    encoder, frame, rng = PictureEncoder(codec, size, 25), FilmFrame.black(size), np.random.default_rng(2)

    def spent(first: int) -> int:
        total = 0
        for number in range(60):
            frame.y[:] = rng.integers(108, 148, frame.y.shape, np.uint8)
            packet = encoder.encode(frame, first + number)
            assert packet
            total += packet.size if number > 20 else 0
        return total

    full = spent(0)
    encoder.aim(0)
    assert spent(60) < 0.7 * full


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_picture_in_which_little_moves_costs_little(codec: Any):
    size = Size(160, 160)
    encoder, frame, rng = PictureEncoder(codec, size, 25), FilmFrame.black(size), np.random.default_rng(3)
    bits = 0
    for number in range(100):
        frame.y[:] = rng.integers(126, 130, frame.y.shape, np.uint8)
        packet = encoder.encode(frame, number)
        assert packet
        bits += 8 * packet.size if number >= 25 else 0
    assert bits / 3 < 0.5 * encoder._most  # of three seconds


def test_a_viewer_who_comes_late_is_told_what_is_given_up():
    async def scene(house: House, guest: Guest) -> None:
        sacrifice = guest.session._sacrifice
        while sacrifice.step.every == 1:
            sacrifice.note(True)
        viewer = await Browser(("H264",)).watch(guest)
        await until(lambda: len(viewer.events) >= 2)
        told = {event["type"]: event for event in viewer.events}
        assert told["degraded"] == {"type": "degraded", "level": sacrifice.step.name}
        assert told["first-frame"] == {"type": "first-frame"}
        await viewer.close()

    played(scene)


def test_the_first_picture_is_told_to_each_viewer_and_to_who_listens():
    async def scene(house: House, guest: Guest) -> None:
        news = guest.session.listen()
        first = await Browser(("H264",)).watch(guest)
        await first.see(2)
        second = await Browser(("VP8",)).watch(guest)
        await second.see(2)
        deaf = await Browser(()).watch(guest)
        await until(lambda: len(deaf.sound) > 10)
        assert [viewer.events for viewer in (first, second, deaf)] == [[{"type": "first-frame"}]] * 2 + [[]]
        told = [news.get_nowait() for _ in range(news.qsize())]
        names = [event["viewer"] for event in told if event["type"] == "first-frame"]
        assert names == [place.place.rpartition("/")[2] for place in (first, second)]
        for viewer in (first, second, deaf):
            await viewer.close()

    played(scene)


def test_a_viewer_comes_back_to_the_same_address_after_a_loss():
    async def scene(house: House, guest: Guest) -> None:
        where = (await guest.ok("init-client"))["whepUrl"]
        first = await Browser().watch(guest, where)
        await first.see(2)
        first.vanish()
        second = await Browser().watch(guest, where)
        await second.see(3)
        await guest.say("Hello again.")
        await until(lambda: second.loud() > 5)
        for viewer in (first, second):
            await viewer.close()

    played(scene)


def test_the_end_of_a_session_closes_its_viewers_and_tells_them():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser().watch(guest)
        await viewer.see(2)
        await guest.say(STORY)
        await until(lambda: "speaking-start" in viewer.kinds())
        await guest.ok("end")
        await until(lambda: viewer.peer.connectionState == "closed")
        assert viewer.events[-1] == {"type": "ended", "reason": "ended"}
        await viewer.close()

    played(scene)


def test_an_interruption_is_heard_at_once_and_what_was_heard_is_told():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser().watch(guest)
        news = guest.session.listen()
        await viewer.see(2)
        await guest.say(STORY, "t1")
        await guest.say("Never said.", "t2")
        await until(lambda: sum(event["type"] == "word" for event in viewer.events) > 2)
        await guest.ok("interrupt")
        await until(lambda: "speaking-end" in viewer.kinds())
        silent_from = len(viewer.sound) + 15
        await until(lambda: len(viewer.sound) > silent_from + 20)
        assert viewer.loud(silent_from) == 0
        (end,) = [event for event in viewer.events if event["type"] == "speaking-end"]
        assert end["interrupted"]
        assert STORY.startswith(end["heard"])
        assert 1 <= len(end["heard"].split()) < 15
        assert guest.session.heard("t1") == end["heard"]
        await guest.say("And now this.", "t3")
        await until(lambda: viewer.kinds()[2:] == ["speaking-start", "speaking-end"])
        assert news.qsize() >= len(viewer.events)
        await viewer.close()

    played(scene)


# Recordings


def recording(form: str, codec: str, sound: np.ndarray, rate: int = 48_000) -> bytes:
    """A sound in a file."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as file:
        stream = file.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        fifo = av.AudioResampler(stream.format, "mono", stream.rate, frame_size=stream.frame_size or 1024)
        for piece in [*fifo.resample(frame), *fifo.resample(None)]:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return out.getvalue()


FORMS = {
    "mp3": ("mp3", "libmp3lame", 44_100), "wav": ("wav", "pcm_s16le", 48_000),
    "ogg": ("ogg", "libopus", 48_000), "webm": ("webm", "libopus", 48_000),
    "telephone": ("wav", "pcm_s16le", 8_000),
}  # fmt: skip


def test_recordings_of_all_forms_are_spoken():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser(()).watch(guest)
        for name, (form, codec, rate) in FORMS.items():
            since = len(viewer.sound)
            data = recording(form, codec, tone(0.8, rate), rate)
            files = {"audio": (f"a.{form}", data)}
            told = await guest.ok("say-audio", files=files, data={"turnId": name, "duration": "3"})
            assert told["turnId"] == name
            await until(
                lambda turn=name: (
                    ("speaking-end", turn) in [(e["type"], e.get("turnId")) for e in viewer.events]
                )
            )
            await until(lambda since=since: viewer.loud(since) >= 35)  # of 20 ms: 0.8 s
            assert viewer.loud(since) <= 50  # what a codec adds
        await viewer.close()

    played(scene)


def test_the_recording_of_a_real_voice_moves_the_lips():
    (piece,) = voice("heart:fast").speak("Good morning, how may I help you today?")
    (part,) = decode(recording("wav", "pcm_s16le", piece.pcm, piece.rate))
    (ready,) = follow(part, 25)
    sounds = [phone for phone in ready.speech.phones if phone.symbol != SILENCE]
    assert 15 < len(sounds) < 45
    assert abs(sounds[-1].end - [one for one in piece.phones if one.symbol != SILENCE][-1].end) < 0.3
    assert len(ready.sound) % (48_000 // 25) == 0
    assert 0 <= len(ready.sound) / 48_000 - piece.duration < 0.05


def test_a_recording_that_is_silent_is_accepted_and_one_that_is_none_or_too_long_is_refused():
    async def scene(house: House, guest: Guest) -> None:
        silent = recording("wav", "pcm_s16le", np.zeros(RATE, np.int16), RATE)
        await guest.ok("say-audio", files={"file": silent})
        await guest.ok("say-audio", files={"audioFile": silent}, data={"isFinal": "false"})
        long = recording("wav", "pcm_u8", np.zeros(round((LONGEST + 60) * 8000), np.int16), 8000)
        refused(await guest.post("say-audio", files={"audio": long}), 413, "TOO_LARGE", "longer")
        out = io.BytesIO()
        with av.open(out, "w", format="mp4") as file:
            stream = file.add_stream("mpeg4", rate=25)
            stream.width = stream.height = 64
            file.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
            file.mux(stream.encode(None))
        for data in (out.getvalue(), silent[:30], b"ID3" + bytes(3000)):
            refused(await guest.post("say-audio", files={"audio": data}), 400, "INVALID_REQUEST")

    played(scene)


# Bad viewers


def test_offers_that_are_none_are_refused_and_leave_nothing():
    async def scene(house: House, guest: Guest) -> None:
        where = (await guest.ok("init-client"))["whepUrl"]
        line = "a=candidate:{0} 1 udp 1 10.0.0.9 {0} typ host\r\n"
        candidates = "".join(line.format(number) for number in range(1000, 2000))
        media = OFFER.index("m=audio")
        browser = Browser()
        good = await browser.offer()
        await browser.close()
        bad = [
            "", "v=0", "nonsense", "\0" * 100, OFFER[:media], OFFER[:-200], OFFER.replace("opus", "unknown"),
            OFFER.replace("a=ice-ufrag:abcd\r\n", ""), OFFER.replace("a=setup:actpass\r\n", ""),
            OFFER.replace("sha-256", "sha-0"), OFFER[:media] + OFFER[media:] * 20, OFFER + candidates,
            OFFER.replace("a=fingerprint", "a=finger"), good.replace("a=mid:", "a=mad:"),
            good.replace("H264", "H266").replace("VP8", "VP0"),
        ]  # fmt: skip
        rng = random.Random(5)
        for _ in range(40):
            at = rng.randrange(len(good))
            bad.append(good[:at] + rng.choice(["", "x", "\r\n", "0", "-1"]) + good[at + rng.randrange(60) :])
        for offer in bad:
            answer = await house.client.post(where, content=offer, headers=SDP)
            if answer.status_code != 201:  # some lines may be missing
                refused(answer, 400, "INVALID_REQUEST", "offer")
        huge = await house.client.post(where, content=OFFER + "a=x\r\n" * 50_000, headers=SDP)
        refused(huge, 413, "TOO_LARGE")
        viewer = await Browser().watch(guest, where)
        await viewer.see(2)
        await viewer.close()

    played(scene)


def test_one_who_never_connects_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "CONNECTING", 0.1)

    async def scene(house: House, guest: Guest) -> None:
        where = (await guest.ok("init-client"))["whepUrl"]
        for _ in range(3):
            assert (await house.client.post(where, content=OFFER, headers=SDP)).status_code == 201
        assert guest.session.viewers
        await until(lambda: not guest.session.viewers)

    played(scene)


def test_those_who_never_connect_keep_no_place_from_others():
    async def scene(house: House, guest: Guest) -> None:
        where = (await guest.ok("init-client"))["whepUrl"]
        for _ in range(session.MOST_VIEWERS + 5):
            assert (await house.client.post(where, content=OFFER, headers=SDP)).status_code == 201
        assert len(guest.session.viewers) <= session.MOST_VIEWERS
        viewer = await Browser().watch(guest, where)
        await viewer.see(2)
        await viewer.close()

    played(scene)


def test_one_who_vanishes_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "CONSENT", (0.3, 3))

    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser().watch(guest)
        await viewer.see(2)
        house.clock.now += 100  # a viewer is a sign of life
        await house.round()
        await guest.ok("keep-alive")
        viewer.vanish()
        await until(lambda: not guest.session.viewers)
        await viewer.close()

    played(scene)


# Speech that fails


def test_a_text_of_tags_alone_and_of_signs_alone_says_nothing_and_ends():
    async def scene(house: House, guest: Guest) -> None:
        viewer = await Browser(()).watch(guest)
        for text in ("[smile]", "[nod] [serious]", "...", "?!", "🙂🙂", "   "):
            await guest.say(text)
        await guest.say("Hello.", "last")
        await until(lambda: viewer.kinds()[-1:] == ["speaking-end"])
        assert {event["turnId"] for event in viewer.events} == {"last"}, viewer.events
        await viewer.close()

    played(scene, speaker=Speaker(None))


def test_a_speaker_that_is_killed_is_replaced():
    async def scene(house: House, guest: Guest) -> None:
        speaker: Speaker = house.sessions.kit.speaker
        viewer = await Browser(()).watch(guest)
        await guest.say("Hello there, Ana.", "a")
        await until(lambda: ("speaking-start", "a") in said(viewer))
        (process,) = speaker._process.ids
        os.kill(process, signal.SIGKILL)
        await guest.say("And how are you today?", "b")
        await until(lambda: ("speaking-end", "b") in said(viewer))
        assert ("speaking-end", "a") in said(viewer)
        (other,) = speaker._process.ids
        assert other != process
        await viewer.close()

    played(scene, speaker=Speaker(None))


def said(viewer: Browser) -> list[tuple[str, str]]:
    return [(event["type"], event.get("turnId", "")) for event in viewer.events]
