import { describe, expect, it, vi } from "vitest";
import { AvatarError, KalturaAvatarSession, SessionState } from "../src/index";
import { behaviour, FakePeer } from "./peer";
import { diary, eachWithServer, failure, newSession, readySession, stub, until } from "./setup";
import { SESSION } from "./stub";

eachWithServer();

describe("constructor", () => {
  it("wants a baseUrl, and says so", () => {
    for (const config of [undefined, {}, { baseUrl: " " }]) {
      expect(() => new KalturaAvatarSession(undefined, config as never)).toThrow(/config\.baseUrl/);
    }
    try {
      new KalturaAvatarSession();
    } catch (error) {
      expect(error).toBeInstanceOf(AvatarError);
      expect((error as AvatarError).code).toBe("INVALID_CONFIGURATION");
    }
  });

  it("takes the configuration alone, too", () => {
    expect(new KalturaAvatarSession({ baseUrl: stub.baseUrl }).getSessionState()).toBe("IDLE");
  });

  it("tolerates a token where the key should be", () => {
    expect(() => new KalturaAvatarSession("jwt", { baseUrl: stub.baseUrl })).not.toThrow();
  });

  it("refuses retries and levels that make no sense", () => {
    expect(() => newSession({ retryConfig: { maxAttempts: 0 } })).toThrow(/retryConfig\.maxAttempts/);
    expect(() => newSession({ logLevel: "loud" as never })).toThrow(/logLevel/);
  });
});

describe("createSession", () => {
  it("creates, asks for the media, connects, and is ready", async () => {
    const session = newSession({}, "my-ks");
    const lines = diary(session);
    await session.createSession({ avatarId: "jane", voiceId: "v1" });
    expect(stub.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/avatar-session/create",
      "POST /v1/avatar-session/s_1/init-client",
      "POST /whep/s_1?key=k",
    ]);
    expect(stub.asked.map(({ authorization }) => authorization)).toEqual([
      "KS my-ks",
      "Bearer jwt-1",
      undefined,
    ]);
    expect(JSON.parse(stub.of("create")[0]?.body ?? "")).toEqual({
      visualConfig: { avatarId: "jane" },
      voiceConfig: { id: "v1" },
    });
    expect(lines).toEqual([
      "stateChange CREATING",
      "connectionChange CONNECTING",
      "connectionChange CONNECTED",
      "stateChange READY",
    ]);
    expect(session.getSessionId()).toBe("s_1");
  });

  it("asks for a size and a speed", async () => {
    const choice = { avatarId: "jane", voiceSpeed: 1.2, width: 720, height: 1280 };
    await newSession({}, "my-ks").createSession(choice);
    expect(JSON.parse(stub.of("create")[0]?.body ?? "")).toEqual({
      visualConfig: { avatarId: "jane", width: 720, height: 1280 },
      voiceConfig: { speed: 1.2 },
    });
  });

  it("leaves the voice out when none is chosen", async () => {
    await newSession({}, "ks").createSession({ avatarId: "jane" });
    expect(JSON.parse(stub.of("create")[0]?.body ?? "")).toEqual({ visualConfig: { avatarId: "jane" } });
  });

  it("needs a key and an avatar, and asks nothing without them", async () => {
    expect((await failure(newSession().createSession({ avatarId: "jane" }))).code).toBe(
      "INVALID_CONFIGURATION",
    );
    expect((await failure(newSession({}, "ks").createSession({} as never))).message).toMatch(/avatarId/);
    expect(stub.asked).toEqual([]);
  });

  it.each([
    [401, "UNAUTHORIZED", "Invalid Kaltura Session"],
    [403, "UNAUTHORIZED", "Kaltura Session not authorized"],
    [404, "API_REQUEST_FAILED", "There is no avatar nobody"],
    [400, "API_REQUEST_FAILED", "visualConfig.avatarId is required"],
  ])("tells a %i apart, once", async (status, code, error) => {
    stub.next.create = [{ status, body: { success: false, error } }];
    const session = newSession({}, "ks");
    const lines = diary(session);
    const thrown = await failure(session.createSession({ avatarId: "nobody" }));
    expect(thrown).toMatchObject({ code, message: error, details: { status, endpoint: "create" } });
    expect(stub.of("create")).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("error"))).toEqual([`error ${code}`]);
    expect(session.getSessionState()).toBe(SessionState.ERROR);
  });

  it("gives the session back when the media cannot be had", async () => {
    behaviour.connects = false;
    const session = newSession({}, "ks");
    const creating = failure(session.createSession({ avatarId: "jane" }));
    await until(() => FakePeer.all.length === 1 && FakePeer.last.remoteDescription !== null);
    FakePeer.last.becomes("failed");
    expect((await creating).code).toBe("RTC_CONNECTION_FAILED");
    await until(() => stub.of("end").length === 1);
    expect(session.getConnectionState()).toBe("FAILED");
  });

  it("may be tried again after an error", async () => {
    stub.next.create = [{ status: 400 }];
    const session = newSession({}, "ks");
    await failure(session.createSession({ avatarId: "jane" }));
    await session.createSession({ avatarId: "jane" });
    expect(session.getSessionState()).toBe("READY");
  });
});

describe("a server that is full", () => {
  const full = (seconds: string) => ({
    status: 503,
    body: { success: false, error: "No renderer is free", code: "NO_CAPACITY" },
    headers: { "Retry-After": seconds },
  });

  it("is not asked before it wants to be, and the error says when", async () => {
    stub.next.create = [full("30")];
    const thrown = await failure(newSession({}, "ks").createSession({ avatarId: "jane" }));
    expect(thrown.details).toMatchObject({ status: 503, retryAfter: 30, body: { code: "NO_CAPACITY" } });
    expect(stub.of("create")).toHaveLength(1);
  });

  it("is asked again when the wait is short", async () => {
    stub.next.create = [full("0"), full("0")];
    await newSession({}, "ks").createSession({ avatarId: "jane" });
    expect(stub.of("create")).toHaveLength(3);
  });
});

describe("initSession", () => {
  it("does all but create", async () => {
    const session = await readySession();
    expect(stub.of("create")).toEqual([]);
    expect(stub.of("init-client")[0]?.authorization).toBe("Bearer jwt-1");
    expect(session.getConnectionState()).toBe("CONNECTED");
  });

  it.each([{}, { sessionId: "s" }, { token: "t" }, null, { sessionId: 4, token: "t" }])(
    "names what %j lacks",
    async (credentials) => {
      const session = newSession();
      const thrown = await failure(session.initSession(credentials as never));
      expect(thrown.code).toBe("INVALID_CONFIGURATION");
      expect(thrown.message).toMatch(/sessionId|token/);
      expect(session.getSessionState()).toBe("IDLE");
    },
  );

  it.each([404, 410])("calls a %i what it is: no such session", async (status) => {
    stub.next["init-client"] = [{ status, body: { success: false, error: "Session ended" } }];
    const thrown = await failure(newSession().initSession(SESSION));
    expect(thrown.code).toBe("SESSION_NOT_FOUND");
  });

  it("is refused while a session runs", async () => {
    const session = await readySession();
    expect((await failure(session.initSession(SESSION))).code).toBe("INVALID_STATE");
    expect(session.getSessionState()).toBe("READY");
  });

  it("gives up at once when the session is ended meanwhile", async () => {
    let answer = () => {};
    const after = new Promise<void>((go) => {
      answer = go;
    });
    stub.next["init-client"] = [{ after }];
    const session = newSession();
    const starting = failure(session.initSession(SESSION));
    await until(() => stub.of("init-client").length === 1);
    await session.endSession();
    expect((await starting).message).toMatch(/ended meanwhile/);
    answer();
    expect(session.getSessionState()).toBe("ENDED");
    expect(stub.of("end")).toHaveLength(1);
    expect(FakePeer.all).toHaveLength(0);
  });
});

describe("errors on the way", () => {
  it("tries again after a broken connection and a 500, three times in all", async () => {
    stub.next["init-client"] = [{ hangUp: true }, { status: 500 }];
    await readySession();
    expect(stub.of("init-client")).toHaveLength(3);
    stub.next["init-client"] = [{ status: 500 }, { status: 500 }, { status: 500 }];
    const thrown = await failure(newSession().initSession(SESSION));
    expect(thrown).toMatchObject({
      code: "API_REQUEST_FAILED",
      details: { status: 500, endpoint: "init-client" },
    });
    expect(stub.of("init-client")).toHaveLength(6);
  });

  it("takes no success for a failure, nor a failure for success", async () => {
    for (const body of ["<html>", { success: false, error: "no" }, { success: true }]) {
      stub.next["init-client"] = [{ body }];
      expect((await failure(newSession().initSession(SESSION))).code).toBe("API_REQUEST_FAILED");
    }
  });

  it("says that the server cannot be reached", async () => {
    const session = newSession({ baseUrl: "http://127.0.0.1:9/v1/avatar-session" });
    const thrown = await failure(session.initSession(SESSION));
    expect(thrown.message).toMatch(/cannot be reached/);
    expect(thrown.details).toMatchObject({ status: 0 });
  });
});

describe("keep-alive", () => {
  it("comes again and again, and stops with the session", async () => {
    const session = await readySession({ keepAliveIntervalMs: 5 });
    await until(() => stub.of("keep-alive").length >= 3);
    await session.endSession();
    const asked = vi.spyOn(globalThis, "fetch");
    await new Promise((rest) => setTimeout(rest, 30));
    expect(asked).not.toHaveBeenCalled();
  });

  it("survives a server in trouble", async () => {
    stub.next["keep-alive"] = [{ status: 500 }, { hangUp: true }, { status: 429 }];
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const session = await readySession({ keepAliveIntervalMs: 5 });
    await until(() => stub.of("keep-alive").length >= 5);
    expect(session.getSessionState()).toBe("READY");
  });

  it.each([
    [404, "SESSION_NOT_FOUND"],
    [410, "SESSION_NOT_FOUND"],
    [401, "UNAUTHORIZED"],
  ])("ends the session here after a %i", async (status, code) => {
    const session = await readySession({ keepAliveIntervalMs: 5 });
    const lines = diary(session);
    stub.next["keep-alive"] = [{ status }];
    await until(() => session.getSessionState() === "ERROR");
    expect(lines).toEqual(["connectionChange FAILED", "stateChange ERROR", `error ${code}`]);
    expect(FakePeer.last.connectionState).toBe("closed");
    const count = stub.of("keep-alive").length;
    await new Promise((rest) => setTimeout(rest, 30));
    expect(stub.of("keep-alive")).toHaveLength(count);
  });
});

describe("endSession", () => {
  it("ends here and there, and once", async () => {
    const session = await readySession();
    const lines = diary(session);
    await Promise.all([session.endSession(), session.endSession()]);
    await session.endSession();
    expect(stub.of("end")).toHaveLength(1);
    expect(stub.of("end")[0]).toMatchObject({ authorization: "Bearer jwt-1", body: "" });
    expect(lines).toEqual(["connectionChange CLOSED", "stateChange ENDED"]);
    expect(session.getSessionId()).toBeNull();
    const deleted = () => stub.asked.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    await until(() => deleted().length > 0);
    await new Promise((rest) => setTimeout(rest, 20));
    expect(deleted()).toEqual(["/resource/7"]);
  });

  it.each([404, 410])("does not mind a %i", async (status) => {
    const session = await readySession();
    stub.next.end = [{ status }];
    await session.endSession();
    expect(session.getSessionState()).toBe("ENDED");
  });

  it("is over here even if the server cannot be told", async () => {
    const session = await readySession();
    stub.next.end = [{ status: 500 }, { status: 500 }, { status: 500 }];
    expect((await failure(session.endSession())).code).toBe("API_REQUEST_FAILED");
    expect(session.getSessionState()).toBe("ENDED");
  });

  it("is nothing before there is a session", async () => {
    const session = newSession();
    await session.endSession();
    expect(session.getSessionState()).toBe("IDLE");
    expect(stub.asked).toEqual([]);
  });

  it("lets the object begin anew", async () => {
    const session = await readySession();
    await session.endSession();
    await session.initSession({ sessionId: "s_2", token: "jwt-2" });
    expect(session.getSessionId()).toBe("s_2");
    expect(stub.of("init-client")[1]?.authorization).toBe("Bearer jwt-2");
  });
});

describe("listeners", () => {
  it("can be taken away, and one that throws stops nobody", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const session = newSession();
    const gone = vi.fn();
    const stays = vi.fn();
    session.on("stateChange", gone);
    session.on("stateChange", () => {
      throw new Error("in the page");
    });
    session.on("stateChange", stays);
    session.off("stateChange", gone);
    await session.initSession(SESSION);
    expect(gone).not.toHaveBeenCalled();
    expect(stays).toHaveBeenLastCalledWith("READY");
  });
});
