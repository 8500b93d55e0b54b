import { AvatarError, type AvatarErrorCode } from "@rostra/sdk-session";
import { describe, expect, it, vi } from "vitest";
import { unfit } from "../src/composer";
import { clock, joined } from "../src/feed";
import { ended, problem, unsaid } from "../src/problems";

function error(code: AvatarErrorCode, details: object = {}, message = "what the server said"): AvatarError {
  return new AvatarError(code, message, details);
}

describe("a problem", () => {
  it("says when a full server may have a place", () => {
    const full = error("API_REQUEST_FAILED", { status: 503, retryAfter: 27.2 });
    expect(problem(full, "Jane")).toMatchObject({
      title: "Every place is taken",
      action: "Try again",
      wait: 28,
    });
    expect(problem(error("API_REQUEST_FAILED", { status: 503 }), "Jane").wait).toBeGreaterThan(0);
  });

  it("tells a lost server, a lost session and blocked media apart", () => {
    vi.stubGlobal("RTCPeerConnection", class {});
    expect(problem(error("API_REQUEST_FAILED", { status: 0 }), "").title).toMatch(/does not answer/);
    expect(problem(error("SESSION_NOT_FOUND", { status: 410 }), "").text).toMatch(/restarted/);
    expect(problem(error("RTC_CONNECTION_FAILED"), "").text).toMatch(/UDP.*TURN/);
    expect(problem(error("RTC_CONNECTION_FAILED", { status: 404 }), "").text).toMatch(/404/);
  });

  it("knows a browser without WebRTC", () => {
    vi.stubGlobal("RTCPeerConnection", undefined);
    expect(problem(error("RTC_CONNECTION_FAILED"), "")).not.toHaveProperty("action");
  });

  it("offers no second try where that cannot help", () => {
    expect(problem(error("API_REQUEST_FAILED", { status: 404 }), "Jane").title).toMatch(/^Jane is not here/);
    expect(problem(error("API_REQUEST_FAILED", { status: 404 }), "Jane")).not.toHaveProperty("action");
    expect(problem(error("UNAUTHORIZED", { status: 403 }), "Jane")).not.toHaveProperty("action");
  });

  it("repeats what the server said where we know no better", () => {
    expect(problem(error("API_REQUEST_FAILED", { status: 500 }), "").text).toMatch(/what the server said/);
    expect(problem(new TypeError("odd"), "").text).toMatch(/odd/);
  });

  it("is none when the session ended as it should", () => {
    expect(ended("idle").text).toMatch(/Nobody used it/);
    expect(ended({}).text).toBe(ended().text);
  });
});

describe("what cannot be said", () => {
  it("has a reason", () => {
    expect(unsaid(error("API_REQUEST_FAILED", { status: 413 }))).toMatch(/too long/);
    expect(unsaid(error("API_REQUEST_FAILED", { status: 429 }))).toMatch(/Wait a moment/);
    expect(unsaid(error("API_REQUEST_FAILED", { status: 0 }))).toMatch(/did not reach/);
    expect(unsaid(error("API_REQUEST_FAILED", { status: 400 }))).toMatch(/what the server said/);
  });

  it("is not even sent when it is no recording", () => {
    const file = (size: number, type: string) => ({ name: "a.x", size, type }) as File;
    expect(unfit(file(0, "audio/mpeg"))).toMatch(/empty/);
    expect(unfit(file(26 * 2 ** 20, "audio/mpeg"))).toMatch(/too large/);
    expect(unfit(file(9, "application/pdf"))).toMatch(/no recording/);
    for (const type of ["audio/mpeg", "audio/wav", "video/webm", ""]) expect(unfit(file(9, type))).toBe("");
  });
});

describe("the list of what happens", () => {
  it("joins words as they are written", () => {
    expect(["Good", "morning", ",", " Ana", "."].reduce(joined, "")).toBe("Good morning, Ana.");
  });

  it("tells the time in tenths", () => {
    expect([0, 999, 61_250, 600_000].map(clock)).toEqual(["0:00.0", "0:00.9", "1:01.2", "10:00.0"]);
  });
});
