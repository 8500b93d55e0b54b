/** What most tests need: a server, a fake network for media, a session with quick retries. */

import { afterEach, beforeEach } from "vitest";
import { type AvatarConfig, type AvatarError, KalturaAvatarSession, type SessionEvents } from "../src/index";
import { fakeWebRtc } from "./peer";
import { SESSION, Stub } from "./stub";

export const QUICK = { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 50, backoffMultiplier: 2 };

export let stub: Stub;
const opened: KalturaAvatarSession[] = [];

export function eachWithServer(): void {
  beforeEach(async () => {
    fakeWebRtc();
    stub = await new Stub().start();
  });
  afterEach(async () => {
    for (const session of opened.splice(0)) await session.endSession().catch(() => {});
    await stub.stop();
  });
}

export function newSession(config: Partial<AvatarConfig> = {}, apiKey?: string): KalturaAvatarSession {
  const session = new KalturaAvatarSession(apiKey, {
    baseUrl: stub.baseUrl,
    retryConfig: QUICK,
    logLevel: "error",
    ...config,
  });
  opened.push(session);
  return session;
}

export async function readySession(config: Partial<AvatarConfig> = {}): Promise<KalturaAvatarSession> {
  const session = newSession(config);
  await session.initSession(SESSION);
  return session;
}

/** All events of a session, as "name payload". */
export function diary(session: KalturaAvatarSession): string[] {
  const lines: string[] = [];
  const names = ["stateChange", "connectionChange", "speakingStart", "speakingEnd", "mutedChange"] as const;
  for (const name of names) {
    session.on(name, ((...payload: SessionEvents[typeof name]) => {
      lines.push([name, ...payload].join(" "));
    }) as () => void);
  }
  session.on("error", (error) => lines.push(`error ${error.code}`));
  return lines;
}

export async function failure(promise: Promise<unknown>): Promise<AvatarError> {
  return promise.then(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setTimeout(next, 2)); // the test's own time-out ends it
}
