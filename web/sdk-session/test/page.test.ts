// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakePeer } from "./peer";
import { diary, eachWithServer, failure, newSession, stub, until } from "./setup";
import { SESSION } from "./stub";

eachWithServer();

const refusal = () => Promise.reject(Object.assign(new Error("gesture"), { name: "NotAllowedError" }));
let play: ReturnType<typeof vi.fn>;

beforeEach(() => {
  document.body.innerHTML = '<div id="stage"></div><div id="other"></div>';
  play = vi.fn(async () => {});
  Object.assign(HTMLMediaElement.prototype, { play });
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", { writable: true, value: null });
});

function video(container: string): HTMLVideoElement | null {
  return document.querySelector(`#${container} > video`);
}

describe("attachAvatar", () => {
  it("shows the stream in a video that fills the container", async () => {
    const session = newSession();
    await session.initSession(SESSION, { videoContainerId: "stage" });
    const shown = video("stage");
    expect(shown).toMatchObject({ autoplay: true, srcObject: FakePeer.last.stream });
    expect(shown?.hasAttribute("playsinline")).toBe(true);
    expect(shown?.style.width).toBe("100%");
    expect(shown?.style.height).toBe("100%");
    expect(session.getVideoElement()).toBe(shown);
  });

  it("may come before the stream", async () => {
    const session = newSession();
    session.attachAvatar("stage");
    expect(video("stage")?.srcObject).toBeNull();
    await session.initSession(SESSION);
    expect(video("stage")?.srcObject).toBe(FakePeer.last.stream);
    expect(play).toHaveBeenCalled();
  });

  it("moves the video", async () => {
    const session = newSession();
    await session.initSession(SESSION, { videoContainerId: "stage" });
    const shown = video("stage");
    session.attachAvatar("other");
    expect(video("stage")).toBeNull();
    expect(video("other")).toBe(shown);
  });

  it("names the container that is not there, before the server is asked", async () => {
    const session = newSession();
    const lines = diary(session);
    expect(() => session.attachAvatar("nowhere")).toThrow(/nowhere/);
    expect((await failure(session.initSession(SESSION, { videoContainerId: "nowhere" }))).code).toBe(
      "INVALID_CONFIGURATION",
    );
    expect(lines).toEqual(["error INVALID_CONFIGURATION", "error INVALID_CONFIGURATION"]);
    expect(stub.asked).toEqual([]);
    expect(session.getSessionState()).toBe("IDLE");
  });

  it("is undone at the end", async () => {
    const session = newSession();
    await session.initSession(SESSION, { videoContainerId: "stage" });
    await session.endSession();
    expect(video("stage")).toBeNull();
  });

  it("shows the new stream after a loss", async () => {
    const session = newSession();
    await session.initSession(SESSION, { videoContainerId: "stage" });
    FakePeer.last.becomes("failed");
    await until(() => FakePeer.all.length === 2 && session.getConnectionState() === "CONNECTED");
    expect(video("stage")?.srcObject).toBe(FakePeer.all[1]?.stream);
  });
});

describe("sound that the browser refuses", () => {
  it("is off until the visitor touches the page", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    play.mockImplementationOnce(refusal);
    const session = newSession({ logLevel: "warn" });
    const lines = diary(session);
    await session.initSession(SESSION, { videoContainerId: "stage" });
    await until(() => lines.includes("mutedChange true"));
    expect(video("stage")?.muted).toBe(true);
    expect(warn).toHaveBeenCalledOnce();
    window.dispatchEvent(new Event("keydown"));
    await until(() => lines.includes("mutedChange false"));
    expect(video("stage")?.muted).toBe(false);
  });

  it("stays off after a gesture that does not count", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    play.mockImplementationOnce(refusal);
    const session = newSession();
    const lines = diary(session);
    await session.initSession(SESSION, { videoContainerId: "stage" });
    await until(() => lines.includes("mutedChange true"));
    play.mockImplementationOnce(refusal);
    window.dispatchEvent(new Event("pointerup"));
    await until(() => play.mock.calls.length >= 4);
    expect(video("stage")?.muted).toBe(true);
    window.dispatchEvent(new Event("pointerup"));
    await until(() => lines.includes("mutedChange false"));
  });
});

describe("a page that goes", () => {
  it("ends the session without waiting", async () => {
    const session = newSession();
    await session.initSession(SESSION);
    const asked = vi.spyOn(globalThis, "fetch");
    window.dispatchEvent(new Event("pagehide"));
    expect(session.getSessionState()).toBe("ENDED");
    const ends = asked.mock.calls.filter(([url]) => String(url).endsWith("/end"));
    expect(ends).toHaveLength(1);
    expect(ends[0]?.[1]).toMatchObject({
      method: "POST",
      keepalive: true,
      headers: { Authorization: "Bearer jwt-1" },
    });
    await until(() => stub.of("end").length === 1);
  });

  it("says nothing of a session that is over", async () => {
    const session = newSession();
    await session.initSession(SESSION);
    await session.endSession();
    window.dispatchEvent(new Event("pagehide"));
    expect(stub.of("end")).toHaveLength(1);
  });
});
