import { describe, expect, it, vi } from "vitest";
import { AvatarControlSDK } from "../src/index";
import { delay, RETRY, retryConfig } from "../src/retry";
import { eachWithServer, failure, QUICK, stub } from "./setup";
import { SESSION } from "./stub";

eachWithServer();

function control(maxAttempts = 3): AvatarControlSDK {
  return new AvatarControlSDK({
    baseUrl: `${stub.baseUrl}//`,
    ...SESSION,
    retryConfig: { ...QUICK, maxAttempts },
    logLevel: "error",
  });
}

describe("the wait after a failure", () => {
  it("doubles up to a limit, give or take a fifth", () => {
    const waits = [1, 2, 3, 4, 5, 6].map((failures) => delay(RETRY, failures, () => 0.5));
    expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
    expect(delay(RETRY, 1, () => 0)).toBe(400);
    expect(delay(RETRY, 1, () => 1)).toBe(600);
  });

  it("is as configured, where that makes sense", () => {
    expect(retryConfig({ maxAttempts: 1 })).toEqual({ ...RETRY, maxAttempts: 1 });
    expect(() => retryConfig({ initialDelayMs: -1 })).toThrow(/initialDelayMs/);
    expect(() => retryConfig({ maxDelayMs: Number.NaN })).toThrow(/maxDelayMs/);
  });
});

describe("AvatarControlSDK", () => {
  it.each([408, 429, 500, 502, 503])("asks again after %i", async (status) => {
    stub.next.interrupt = [{ status }, { status }];
    await control().interrupt();
    expect(stub.of("interrupt")).toHaveLength(3);
    expect(stub.of("interrupt")[0]?.path).toBe("/v1/avatar-session/s_1/interrupt");
  });

  it.each([400, 401, 404, 409, 410, 415])("does not ask again after %i", async (status) => {
    stub.next.interrupt = [{ status }];
    await failure(control().interrupt());
    expect(stub.of("interrupt")).toHaveLength(1);
  });

  it("waits for no answer for ever", async () => {
    stub.next.interrupt = [{ after: new Promise(() => {}) }];
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const asking = failure(control(1).interrupt());
      while (!stub.of("interrupt").length) await new Promise(setImmediate);
      vi.advanceTimersByTime(15_000);
      expect((await asking).message).toMatch(/no answer within 15 s/);
    } finally {
      vi.useRealTimers();
    }
  });

  it("needs a session for what is about one", async () => {
    const without = new AvatarControlSDK({ baseUrl: stub.baseUrl });
    expect((await failure(without.keepAlive())).code).toBe("INVALID_CONFIGURATION");
    without.use(SESSION);
    await without.keepAlive();
  });

  it("escapes what it puts in an address", async () => {
    const odd = new AvatarControlSDK({ baseUrl: stub.baseUrl, sessionId: "../a b", token: "t" });
    await odd.keepAlive();
    expect(stub.asked[0]?.path).toBe("/v1/avatar-session/..%2Fa%20b/keep-alive");
  });
});
