/** What the page asks of the server that gave it out. */

import { AvatarError } from "@rostra/sdk-session";

const PATIENCE = 15_000; // ms

export interface Presenter {
  id: string;
  name: string;
  /** Address of a picture. */
  preview: string;
}

export interface Session {
  sessionId: string;
  token: string;
}

export async function presenters(): Promise<Presenter[]> {
  const answer = (await ask("presenters.json")) as { presenters?: Presenter[] };
  return answer.presenters ?? [];
}

/** @param size of the picture, as `720x1280`; the server's own without it */
export async function newSession(avatarId: string, size: string | null): Promise<Session> {
  const [width, height] = size?.split("x").map(Number) ?? [];
  return (await ask("session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ avatarId, width, height }),
  })) as Session;
}

/** Address of the control API of the same server. */
export function controlApi(): string {
  return new URL("../v1/avatar-session", folder()).href;
}

/** The page may be opened with or without the slash at its end. */
function folder(): URL {
  return new URL(location.pathname.replace(/\/(index\.html)?$|$/, "/"), location.origin);
}

async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const endpoint = `live/${path}`;
  let response: Response;
  try {
    response = await fetch(new URL(path, folder()), { ...init, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new AvatarError("API_REQUEST_FAILED", "The server does not answer.", {
      status: 0,
      body: null,
      endpoint,
    });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const message =
    typeof body?.error === "string" ? body.error : `The server answered with ${response.status}.`;
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const details = { status: response.status, body, endpoint };
  throw new AvatarError(
    "API_REQUEST_FAILED",
    message,
    Number.isFinite(retryAfter) ? { ...details, retryAfter } : details,
  );
}
