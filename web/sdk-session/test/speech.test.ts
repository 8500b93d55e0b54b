import { describe, expect, it } from "vitest";
import { split } from "../src/chunks";
import { diary, eachWithServer, failure, newSession, readySession, stub, until } from "./setup";

eachWithServer();

function gate(): { after: Promise<void>; open: () => void } {
  let open = () => {};
  const after = new Promise<void>((go) => {
    open = go;
  });
  return { after, open: () => open() };
}

describe("sayText", () => {
  it("sends the text with a turn of its own", async () => {
    const session = await readySession();
    await session.sayText("Hello there.");
    await session.sayText("Again.");
    const [first, second] = stub.texts();
    expect(first).toMatchObject({ text: "Hello there.", isFinal: true });
    expect(first?.turnId).toMatch(/^turn-\d+-\w+$/);
    expect(second?.turnId).not.toBe(first?.turnId);
  });

  it("sends pieces as they are", async () => {
    const session = await readySession();
    await session.sayText("Good mor", "t1", false);
    await session.sayText("", "t1", false);
    await session.sayText("ning.", "t1", false);
    await session.sayText("", "t1");
    expect(stub.texts()).toEqual([
      { text: "Good mor", turnId: "t1", isFinal: false },
      { text: "ning.", turnId: "t1", isFinal: false },
      { text: "", turnId: "t1", isFinal: true },
    ]);
  });

  it("cuts a long text at sentences; only the last piece is final", async () => {
    const session = await readySession();
    const long = "This is a sentence of some length. ".repeat(30).trim();
    await session.sayText(long, "t2");
    const texts = stub.texts();
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.map(({ text }) => text).join("")).toBe(long);
    expect(texts.map(({ isFinal }) => isFinal)).toEqual([...Array(texts.length - 1).fill(false), true]);
    expect(new Set(texts.map(({ turnId }) => turnId))).toEqual(new Set(["t2"]));
    expect(Math.max(...texts.map(({ text }) => text.length))).toBeLessThanOrEqual(300);
  });

  it("keeps the order of calls that nobody waited for", async () => {
    const session = await readySession();
    const slow = gate();
    stub.next["say-text"] = [{ after: slow.after }];
    const all = ["a", "b", "c"].map((text) => session.sayText(text, "t", false));
    await until(() => stub.texts().length === 1);
    slow.open();
    await Promise.all(all);
    expect(stub.texts().map(({ text }) => text)).toEqual(["a", "b", "c"]);
  });

  it("is sent again, as the same turn, only when the server surely has not taken it", async () => {
    const session = await readySession();
    stub.next["say-text"] = [{ hangUp: true }];
    await session.sayText("One.", "t3");
    expect(stub.texts().map(({ turnId }) => turnId)).toEqual(["t3", "t3"]);
    stub.next["say-text"] = [{ status: 500 }];
    const thrown = await failure(session.sayText("Two.", "t4"));
    expect(thrown).toMatchObject({
      code: "API_REQUEST_FAILED",
      details: { status: 500, endpoint: "say-text" },
    });
    expect(stub.texts()).toHaveLength(3);
    expect(session.getSessionState()).toBe("READY");
  });

  it("is refused without a ready session, and with what is no text", async () => {
    const lines: string[] = [];
    const idle = newSession();
    idle.on("error", ({ code }) => lines.push(code));
    expect((await failure(idle.sayText("Hello."))).code).toBe("INVALID_STATE");
    expect((await failure(idle.interrupt())).code).toBe("INVALID_STATE");
    expect(lines).toEqual(["INVALID_STATE", "INVALID_STATE"]);
    const session = await readySession();
    for (const wrong of [undefined, 4, "x".repeat(100_001)]) {
      expect((await failure(session.sayText(wrong as never))).code).toBe("INVALID_CONFIGURATION");
    }
    expect((await failure(session.sayText("Hello.", " "))).message).toMatch(/turnId/);
    expect(stub.texts()).toEqual([]);
  });

  it("finds out that the session is gone", async () => {
    const session = await readySession();
    const lines = diary(session);
    stub.next["say-text"] = [{ status: 410, body: { success: false, error: "Session ended" } }];
    expect((await failure(session.sayText("Hello."))).code).toBe("SESSION_NOT_FOUND");
    expect(lines).toEqual(["connectionChange FAILED", "stateChange ERROR", "error SESSION_NOT_FOUND"]);
  });

  it("holds a bounded number of pieces", async () => {
    const session = await readySession();
    const slow = gate();
    stub.next["say-text"] = [{ after: slow.after }];
    const many = Array.from({ length: 1100 }, () =>
      session.sayText("x", "t", false).catch(({ code }) => code),
    );
    expect(await Promise.race(many.slice(1050))).toBe("INVALID_STATE");
    await session.endSession();
    slow.open();
    const codes = await Promise.all(many);
    expect(codes.every((code) => code === "INVALID_STATE")).toBe(true);
  });
});

describe("interrupt", () => {
  it("drops what waits, and what is said after it comes after it", async () => {
    const session = await readySession();
    const slow = gate();
    stub.next["say-text"] = [{ after: slow.after }];
    const before = ["a", "b"].map((text) => session.sayText(text, "t", false));
    await until(() => stub.texts().length === 1);
    const silence = session.interrupt();
    const later = session.sayText("c", "t2");
    await until(() => stub.of("interrupt").length === 1);
    slow.open();
    await Promise.all([...before, silence, later]);
    const order = stub.asked
      .slice(2)
      .map(({ path, body }) => (body ? JSON.parse(body).text : path.split("/").pop()));
    // The second interrupt is for "a", which may have arrived after the first.
    expect(order).toEqual(["a", "interrupt", "interrupt", "c"]);
  });

  it("is answered before anything new is said", async () => {
    const session = await readySession();
    const slow = gate();
    stub.next.interrupt = [{ after: slow.after }];
    const silence = session.interrupt();
    const later = session.sayText("c", "t2");
    await until(() => stub.of("interrupt").length === 1);
    await new Promise((rest) => setTimeout(rest, 20));
    expect(stub.texts()).toEqual([]);
    slow.open();
    await Promise.all([silence, later]);
    expect(stub.texts()).toHaveLength(1);
  });

  it("is asked once when nothing is under way", async () => {
    const session = await readySession();
    await session.interrupt();
    expect(stub.of("interrupt")).toHaveLength(1);
    expect(stub.of("interrupt")[0]?.body).toBe("");
  });
});

describe("sayAudio", () => {
  it("uploads the file with its turn and duration", async () => {
    const session = await readySession();
    await session.sayAudio(new File(["ID3 sound"], "hello.mp3", { type: "audio/mpeg" }), "t9", 1.5);
    const [upload] = stub.of("say-audio");
    expect(upload?.type).toMatch(/^multipart\/form-data; boundary=/);
    const fields = [
      ...(upload?.body ?? "").matchAll(/name="(\w+)"(?:; filename="([^"]+)")?[\s\S]*?\r\n\r\n([^\r]*)/g),
    ];
    expect(fields.map(([, name, file, value]) => [name, file, value])).toEqual([
      ["audio", "hello.mp3", "ID3 sound"],
      ["turnId", undefined, "t9"],
      ["duration", undefined, "1.5"],
      ["isFinal", undefined, "true"],
    ]);
    expect(upload?.body).toContain("Content-Type: audio/mpeg");
  });

  it("refuses what is no recording before it sends anything", async () => {
    const session = await readySession();
    const huge = new Blob([new Uint8Array(25 * 2 ** 20 + 1)]);
    for (const file of ["text", new Blob([]), huge, undefined]) {
      expect((await failure(session.sayAudio(file as never, "t", 1))).message).toMatch(/^file/);
    }
    expect((await failure(session.sayAudio(new Blob(["x"]), "t", -1))).message).toMatch(/duration/);
    expect(stub.of("say-audio")).toEqual([]);
  });

  it("waits for the text before it", async () => {
    const session = await readySession();
    await Promise.all([
      session.sayText("a"),
      session.sayAudio(new Blob(["x"]), "t", 1),
      session.sayText("b"),
    ]);
    const order = stub.asked.slice(2).map(({ path }) => path.split("/").pop());
    expect(order).toEqual(["say-text", "say-audio", "say-text"]);
  });
});

describe("split", () => {
  it.each([
    ["short", ["short"]],
    ["", [""]],
    ["One two. Three four five.", ["One two. ", "Three four ", "five."]],
    ["No sentence, but a clause.", ["No sentence, ", "but a clause."]],
    ["abcdefghijklmnopqrstu", ["abcdefghijklmn", "opqrstu"]],
    ["一二三。四五六七八九十。一二三", ["一二三。四五六七八九十。", "一二三"]],
  ])("cuts %j well", (text, pieces) => {
    expect(split(text, 14)).toEqual(pieces);
  });

  it("never cuts a character in two, nor loses one", () => {
    const text = `x${"🙂".repeat(500)}`;
    const pieces = split(text);
    expect(pieces.join("")).toBe(text);
    for (const piece of pieces) expect(() => encodeURIComponent(piece)).not.toThrow(); // throws at half a character
  });
});
