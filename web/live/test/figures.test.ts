import { describe, expect, it } from "vitest";
import { figures, type Report } from "../src/figures";
import { points } from "../src/gauges";

function report(at: number, video: object = {}, audio: object = {}): Report {
  return new Map<string, Record<string, unknown>>([
    ["v", { type: "inbound-rtp", kind: "video", timestamp: at, codecId: "c", ...video }],
    ["a", { type: "inbound-rtp", kind: "audio", timestamp: at, ...audio }],
    ["c", { type: "codec", mimeType: "video/H264" }],
    ["t", { type: "transport", selectedCandidatePairId: "p" }],
    ["other", { type: "candidate-pair", nominated: true, currentRoundTripTime: 9 }],
    ["p", { type: "candidate-pair", currentRoundTripTime: 0.012 }],
  ]);
}

describe("figures", () => {
  it("are those of the time between two reports", () => {
    const before = report(
      1000,
      {
        framesDecoded: 100,
        bytesReceived: 1e6,
        packetsLost: 4,
        packetsReceived: 1000,
        jitterBufferDelay: 5,
        jitterBufferEmittedCount: 100,
      },
      { bytesReceived: 1e5 },
    );
    const now = report(
      3000,
      {
        framesDecoded: 150,
        bytesReceived: 1_100_000,
        packetsLost: 6,
        packetsReceived: 1098,
        jitterBufferDelay: 7,
        jitterBufferEmittedCount: 150,
        estimatedPlayoutTimestamp: 5030,
        frameWidth: 512,
        frameHeight: 512,
      },
      { bytesReceived: 108_000, estimatedPlayoutTimestamp: 5000 },
    );
    const seen = figures(before, now);
    expect(seen).toMatchObject({
      fps: 25,
      bitRate: 432,
      offset: 30,
      roundTrip: 12,
      loss: 2,
      size: "512 × 512",
    });
    expect(seen.buffer).toBeCloseTo(40);
    expect(seen.codec).toBe("H264");
  });

  it("leave out what the browser does not tell", () => {
    expect(figures(null, report(0))).toEqual({ roundTrip: 12, codec: "H264" });
    expect(figures(null, new Map())).toEqual({});
    expect(figures(report(0, { framesDecoded: 1 }), report(0, { framesDecoded: 1 }))).not.toHaveProperty(
      "fps",
    );
  });

  it("count no packet as lost that came late after all", () => {
    const before = report(0, { packetsLost: 5, packetsReceived: 10 });
    expect(figures(before, report(1000, { packetsLost: 3, packetsReceived: 20 })).loss).toBe(0);
  });
});

describe("the line of the last minute", () => {
  it("lies between floor and ceiling, and rises with what is higher", () => {
    expect(points([0, 30], [0, 30])).toBe("0.0,23.0 1.7,1.0");
    expect(points([0, 60], [0, 30])).toBe("0.0,23.0 1.7,1.0");
    expect(points([-500], [-80, 80])).toBe("0.0,23.0");
  });

  it("leaves gaps out", () => {
    expect(points([undefined, 30, undefined], [0, 30])).toBe("1.7,1.0");
    expect(points([], [0, 30])).toBe("");
  });
});
