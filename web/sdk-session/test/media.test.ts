import { describe, expect, it, vi } from "vitest";
import { AvatarRTCSDK, type FeedMessage } from "../src/index";
import { Ear } from "../src/speaking";
import { behaviour, FakeChannel, FakePeer, type FakeStream } from "./peer";
import { diary, eachWithServer, failure, newSession, QUICK, readySession, stub, until } from "./setup";
import { ANSWER_SDP, SESSION } from "./stub";

eachWithServer();

describe("the offer", () => {
  it("asks for sound and picture, names the TURN server, and carries the channel of events", async () => {
    await readySession();
    const peer = FakePeer.last;
    expect(peer.transceivers).toEqual(["audio recvonly", "video recvonly"]);
    expect(peer.channels.map(({ label }) => label)).toEqual(["events"]);
    expect(peer.config).toMatchObject({
      bundlePolicy: "max-bundle",
      iceTransportPolicy: "all",
      iceServers: [{ urls: "turn:127.0.0.1:3478?transport=udp", username: "1:s_1", credential: "c" }],
    });
    expect(stub.of("whep")[0]).toMatchObject({ type: "application/sdp", body: peer.localDescription?.sdp });
    expect(peer.remoteDescription?.sdp).toBe(ANSWER_SDP);
  });

  it.each([[null], [{}], [{ url: "" }], [undefined]])("needs no TURN server (%j)", async (turn) => {
    stub.turn = turn;
    await readySession({ iceTransportPolicy: "relay" });
    expect(FakePeer.last.config).toMatchObject({ iceServers: [], iceTransportPolicy: "relay" });
  });

  it("is made again without the channel for a server that knows none", async () => {
    behaviour.takesChannels = false;
    const session = await readySession();
    expect(FakePeer.all.map(({ channels }) => channels.length)).toEqual([1, 0]);
    expect(FakePeer.all[0]?.connectionState).toBe("closed");
    expect(session.getConnectionState()).toBe("CONNECTED");
    await until(() => stub.asked.some(({ method }) => method === "DELETE")); // of the first attempt
  });

  it("is made again without the channel after a 400, too", async () => {
    stub.next.whep = [{ status: 400 }];
    await readySession();
    expect(FakePeer.all.map(({ channels }) => channels.length)).toEqual([1, 0]);
  });

  it("is sent again while the media server is in trouble, not when it refuses", async () => {
    stub.next.whep = [{ status: 502 }, { hangUp: true }];
    await readySession();
    expect(stub.of("whep")).toHaveLength(3);
    stub.next.whep = [{ status: 404 }];
    const thrown = await failure(newSession().initSession(SESSION));
    expect(thrown).toMatchObject({
      code: "RTC_CONNECTION_FAILED",
      details: { status: 404, endpoint: "whep" },
    });
    expect(stub.of("whep")).toHaveLength(4);
  });
});

describe("the stream", () => {
  it("lets picture and sound wait alike", async () => {
    const rtc = new AvatarRTCSDK({ whepUrl: `${stub.origin}/whep/x` }, { retryConfig: QUICK });
    await rtc.connect();
    const waits = FakePeer.last.receivers.map((one) => one.jitterBufferTarget);
    expect(waits).toEqual([100, 100]);
    rtc.close();
  });

  it("is put together when the answer names none", async () => {
    behaviour.namesStream = false;
    const rtc = new AvatarRTCSDK({ whepUrl: `${stub.origin}/whep/x` }, { retryConfig: QUICK });
    const stream = (await rtc.connect()) as unknown as FakeStream;
    expect(stream.tracks).toEqual([{ kind: "audio" }, { kind: "video" }]);
    rtc.close();
    rtc.close();
    expect(rtc.getConnectionState()).toBe("CLOSED");
    const deleted = () => stub.asked.filter(({ method }) => method === "DELETE");
    await until(() => deleted().length > 0);
    await new Promise((rest) => setTimeout(rest, 20));
    expect(deleted()).toHaveLength(1);
  });

  it("comes once per object", async () => {
    const rtc = new AvatarRTCSDK({ whepUrl: `${stub.origin}/whep/x` });
    await rtc.connect();
    expect((await failure(rtc.connect())).code).toBe("INVALID_STATE");
    rtc.close();
  });

  it("is refused without an address or without WebRTC", async () => {
    expect(() => new AvatarRTCSDK({} as never)).toThrow(/whepUrl/);
    vi.stubGlobal("RTCPeerConnection", undefined);
    expect((await failure(newSession().initSession(SESSION))).message).toMatch(/no WebRTC/);
  });
});

describe("a connection that never comes", () => {
  it("is given up after 15 s", async () => {
    behaviour.connects = false;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const rtc = new AvatarRTCSDK({ whepUrl: `${stub.origin}/whep/x` });
      const connecting = failure(rtc.connect());
      while (!FakePeer.all[0]?.remoteDescription) await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await connecting).toMatchObject({ code: "RTC_CONNECTION_FAILED" });
      expect((await connecting).message).toMatch(/UDP/);
      expect(rtc.getConnectionState()).toBe("FAILED");
      expect(FakePeer.last.connectionState).toBe("closed");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a lost connection", () => {
  it("is made again, and the session goes on", async () => {
    const session = await readySession();
    const lines = diary(session);
    FakePeer.last.becomes("failed");
    await until(() => session.getConnectionState() === "CONNECTED");
    expect(FakePeer.all).toHaveLength(2);
    expect(stub.of("init-client")).toHaveLength(2);
    expect(lines).toEqual(["connectionChange CONNECTING", "connectionChange CONNECTED"]);
    await session.sayText("Still here.");
  });

  it("may be lost again, if it held for a while", async () => {
    const now = vi.spyOn(performance, "now");
    const session = await readySession();
    for (const count of [2, 3, 4, 5]) {
      now.mockReturnValue(count * 11_000);
      FakePeer.last.becomes("failed");
      await until(() => FakePeer.all.length === count && session.getConnectionState() === "CONNECTED");
    }
  });

  it("is given up when it never holds", async () => {
    const session = await readySession();
    const lines = diary(session);
    for (const count of [2, 3, 4]) {
      FakePeer.last.becomes("failed");
      await until(() => FakePeer.all.length === count && session.getConnectionState() === "CONNECTED");
    }
    FakePeer.last.becomes("failed");
    await until(() => session.getSessionState() === "ERROR");
    expect(lines.at(-1)).toBe("error RTC_CONNECTION_FAILED");
    expect(FakePeer.all).toHaveLength(4);
  });

  it("is one whose channel the server closed", async () => {
    const session = await readySession();
    const [channel] = FakePeer.last.channels;
    channel?.onclose?.(); // a server that never used it means nothing by that
    expect(session.getConnectionState()).toBe("CONNECTED");
    channel?.says({ type: "first-frame" });
    channel?.onclose?.();
    expect(session.getConnectionState()).toBe("CONNECTING");
    await until(() => session.getConnectionState() === "CONNECTED");
    expect(FakePeer.all).toHaveLength(2);
  });

  it("fails for good after so many attempts", async () => {
    const session = await readySession();
    const lines = diary(session);
    stub.next.whep = [{ status: 404 }, { status: 404 }, { status: 404 }];
    FakePeer.last.becomes("failed");
    await until(() => session.getSessionState() === "ERROR");
    expect(stub.of("whep")).toHaveLength(4);
    expect(lines).toEqual([
      "connectionChange CONNECTING",
      "connectionChange FAILED",
      "stateChange ERROR",
      "error RTC_CONNECTION_FAILED",
    ]);
  });

  it("fails at once when the session is gone, as after a restart of the server", async () => {
    const session = await readySession();
    const lines = diary(session);
    stub.next["init-client"] = [{ status: 404, body: { success: false, error: "Session not found" } }];
    FakePeer.last.becomes("failed");
    await until(() => session.getSessionState() === "ERROR");
    expect(lines.at(-1)).toBe("error SESSION_NOT_FOUND");
    expect(stub.of("init-client")).toHaveLength(2);
  });

  it("is not waited for after the end", async () => {
    const session = await readySession();
    const peer = FakePeer.last;
    await session.endSession();
    peer.becomes("failed");
    expect(session.getConnectionState()).toBe("CLOSED");
    expect(FakePeer.all).toHaveLength(1);
  });

  it("is one that was silent for three seconds", async () => {
    const session = await readySession();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      FakePeer.last.becomes("disconnected");
      vi.advanceTimersByTime(2000);
      FakePeer.last.becomes("connected");
      vi.advanceTimersByTime(5000);
      expect(session.getConnectionState()).toBe("CONNECTED");
      FakePeer.last.becomes("disconnected");
      vi.advanceTimersByTime(3001);
      expect(session.getConnectionState()).toBe("CONNECTING");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("speech", () => {
  it("is told by the server, and never begins twice", async () => {
    const session = await readySession();
    const lines = diary(session);
    const feed: FeedMessage[] = [];
    session.on("feed", (message) => feed.push(message));
    const [channel] = FakePeer.last.channels;
    channel?.says({ type: "speaking-start", turnId: "t1" });
    channel?.says({ type: "speaking-start", turnId: "t2" });
    channel?.says({ type: "word", text: "Hello", turnId: "t2" });
    channel?.says({ type: "speaking-end", turnId: "t2" });
    channel?.says({ type: "speaking-end", turnId: "t2" });
    expect(lines).toEqual(["speakingStart", "speakingEnd"]);
    expect(feed.map(({ type }) => type)).toHaveLength(5);
    expect(feed[2]).toEqual({ type: "word", text: "Hello", turnId: "t2" });
  });

  it("is told on a channel that the server opens, too", async () => {
    const session = await readySession();
    const lines = diary(session);
    const channel = new FakeChannel("events");
    FakePeer.last.ondatachannel?.({ channel });
    channel.says({ type: "speaking-start" });
    expect(lines).toEqual(["speakingStart"]);
  });

  it("ends with the session", async () => {
    const session = await readySession();
    FakePeer.last.channels[0]?.says({ type: "speaking-start" });
    const lines = diary(session);
    await session.endSession();
    expect(lines[0]).toBe("speakingEnd");
  });

  it("is not confused by rubbish", async () => {
    const session = await readySession();
    const lines = diary(session);
    const [channel] = FakePeer.last.channels;
    for (const rubbish of ["", "{", "null", "[]", '{"type":4}', `"${"x".repeat(70_000)}"`])
      channel?.says(rubbish);
    channel?.says({ type: "speaking-start", text: "x".repeat(70_000) });
    channel?.onmessage?.({ data: new ArrayBuffer(4) });
    expect(lines).toEqual([]);
  });

  it("is heard in the sound when the server tells nothing", async () => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
    try {
      const rtc = new AvatarRTCSDK({ whepUrl: `${stub.origin}/whep/x` });
      const heard: boolean[] = [];
      rtc.on("speaking", (speaks) => heard.push(speaks));
      await rtc.connect();
      await vi.advanceTimersByTimeAsync(2500);
      expect(heard).toEqual([]);
      behaviour.energy = 0.04;
      await vi.advanceTimersByTimeAsync(400);
      expect(heard).toEqual([true]);
      behaviour.energy = 0;
      await vi.advanceTimersByTimeAsync(400);
      expect(heard).toEqual([true]);
      await vi.advanceTimersByTimeAsync(400);
      expect(heard).toEqual([true, false]);
      FakePeer.last.channels[0]?.says({ type: "word", text: "from now on it is told" });
      behaviour.energy = 0.04;
      await vi.advanceTimersByTimeAsync(400);
      expect(heard).toEqual([true, false]);
      rtc.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it("begins after 100 ms of sound and ends after 500 ms of silence", () => {
    const ear = new Ear();
    const at = (level: number, ms: number) => ear.hear(level, ms);
    expect([at(0.2, 0), at(0.2, 50), at(0, 90), at(0.2, 100), at(0.2, 190)]).toEqual(Array(5).fill(false));
    expect(at(0.2, 200)).toBe(true);
    expect([at(0, 300), at(0, 700), at(0.2, 750), at(0, 800), at(0, 1299)]).toEqual(Array(5).fill(true));
    expect(at(0, 1300)).toBe(false);
  });
});

describe("the end, told by the server", () => {
  it("ends the session here", async () => {
    const session = await readySession({ keepAliveIntervalMs: 5 });
    const lines = diary(session);
    FakePeer.last.channels[0]?.says({ type: "ended", reason: "idle" });
    expect(lines).toEqual(["connectionChange CLOSED", "stateChange ENDED"]);
    await session.endSession();
    expect(stub.of("end")).toEqual([]);
  });
});
