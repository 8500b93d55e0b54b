/** What went wrong, in words for the visitor, with what can be done about it. */

import { AvatarError, type FailedRequest } from "@rostra/sdk-session";

export interface Problem {
  title: string;
  text: string;
  /** Of the button that tries again; none where that cannot help. */
  action?: string;
  /** Seconds before that makes sense. */
  wait?: number;
}

const SOON = 10; // s, where a full server does not say when to come back

/** A session that could not start, or was lost. */
export function problem(thrown: unknown, name: string): Problem {
  const error =
    thrown instanceof AvatarError ? thrown : new AvatarError("API_REQUEST_FAILED", String(thrown));
  const details = (error.details ?? {}) as Partial<FailedRequest>;
  if (error.code === "RTC_CONNECTION_FAILED") return noMedia(details);
  if (error.code === "SESSION_NOT_FOUND") return gone();
  const { status } = details;
  if (status === 503 || status === 429) return full(details.retryAfter);
  if (status === 0) {
    return {
      title: "The server does not answer",
      text: "It may be restarting, or you are off line. Nothing is lost: start again when it is back.",
      action: "Try again",
    };
  }
  if (error.code === "UNAUTHORIZED" || status === 401 || status === 403) {
    return { title: "You may not start a session here", text: `The server says: ${error.message}` };
  }
  if (status === 404) return { title: `${name} is not here any more`, text: "Choose somebody else." };
  return {
    title: "The session could not start",
    text: `The server says: ${error.message}`,
    action: "Try again",
  };
}

function full(retryAfter: number | undefined): Problem {
  const wait = Math.ceil(retryAfter ?? SOON);
  return {
    title: "Every place is taken",
    text: "This server takes only as many sessions as it can show at full frame rate. A place may be free soon.",
    action: "Try again",
    wait,
  };
}

function noMedia({ status }: Partial<FailedRequest>): Problem {
  if (typeof RTCPeerConnection === "undefined") {
    return {
      title: "This browser shows no live video",
      text: "It has no WebRTC, or it is switched off. A current Chrome, Edge, Firefox or Safari has it.",
    };
  }
  if (status)
    return {
      title: "Picture and sound did not start",
      text: `The media server answered with ${status}.`,
      action: "Try again",
    };
  return {
    title: "Picture and sound cannot get through",
    text: "The page reaches the server, but its media do not reach you: a firewall may block UDP. The server's owner can set up a TURN relay.",
    action: "Try again",
  };
}

function gone(): Problem {
  return {
    title: "The session is over",
    text: "The server has ended it, or was restarted. A new one takes a second.",
    action: "Start again",
  };
}

const REASONS: Record<string, string> = {
  idle: "Nobody used it for a while.",
  "max-life": "It reached its longest time.",
  shutdown: "The server is being stopped.",
};

/** An end that was meant. */
export function ended(reason?: unknown): Problem {
  const why = REASONS[String(reason ?? "")] ?? "";
  return { title: "The session has ended", text: why || "Thank you for watching.", action: "Start again" };
}

/** What could not be said, in one sentence. */
export function unsaid(thrown: unknown): string {
  const { message, details } = thrown as AvatarError;
  const status = (details as Partial<FailedRequest> | undefined)?.status;
  if (status === 0) return "This did not reach the server. Try again.";
  if (status === 413) return `The recording is too long: ${message}`;
  if (status === 429) return "That was too much at once. Wait a moment and try again.";
  return `This cannot be said: ${message}`;
}
