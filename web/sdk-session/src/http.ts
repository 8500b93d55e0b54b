/** One request, with its time-out, its attempts and its errors. */

import { AvatarError, AvatarErrorCode, type FailedRequest } from "./errors";
import type { Log } from "./log";
import { delay, type RetryConfig, sleep } from "./retry";

export interface Call {
  url: string;
  method: "POST" | "DELETE";
  /** Named in errors. */
  endpoint: string;
  headers: Record<string, string>;
  body?: BodyInit;
  /** ms for one attempt. */
  timeoutMs: number;
  /** Whether this failure may be followed by another attempt. */
  retryable: (failure: Failure) => boolean;
  /** Asked before another attempt; `false` gives up. */
  wanted?: () => boolean;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
  /** Ends the call: it then rejects with INVALID_STATE. */
  signal?: AbortSignal;
}

/** Why an attempt failed: no answer, no answer in time, or a bad answer. */
export type Failure = FailedRequest & { reason: "network" | "timeout" | "status"; message: string };

/** An answer, whole. */
export interface Answer {
  status: number;
  body: string;
  headers: Headers;
  /** After redirects; relative addresses in the headers start here. */
  url: string;
}

/** Network errors, time-outs and what a server may get over: 408, 429 and 5xx. */
export function passing(failure: Failure): boolean {
  return failure.status === 0 || failure.status === 408 || failure.status === 429 || failure.status >= 500;
}

/** Only what the server surely has not acted on. */
export function unheard(failure: Failure): boolean {
  return failure.reason === "network" || failure.status === 429;
}

export const never = () => false;

/** Asks until there is an answer of 2xx.
 *
 * A server that wants to be left alone for longer than `maxDelayMs` is not asked again: the error says for
 * how long in `details.retryAfter`.
 */
export async function request(call: Call, retry: RetryConfig, log: Log): Promise<Answer> {
  for (let failures = 1; ; failures++) {
    const outcome = await attempt(call);
    if ("headers" in outcome) return outcome;
    if (call.signal?.aborted) throw over();
    const wait = outcome.retryAfter === undefined ? delay(retry, failures) : outcome.retryAfter * 1000;
    const again = failures < retry.maxAttempts && call.retryable(outcome) && (call.wanted?.() ?? true);
    if (!again || (outcome.retryAfter !== undefined && wait > retry.maxDelayMs)) throw errorOf(outcome);
    log("debug", `${call.endpoint}: ${outcome.message}; again in ${Math.round(wait)} ms`);
    await sleep(wait, call.signal);
    if (call.signal?.aborted) throw over();
    if (!(call.wanted?.() ?? true)) throw errorOf(outcome);
  }
}

export function over(): AvatarError {
  return new AvatarError(AvatarErrorCode.INVALID_STATE, "the session was ended meanwhile");
}

async function attempt(call: Call): Promise<Answer | Failure> {
  const stop = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, call.timeoutMs);
  const abort = () => stop.abort();
  if (call.signal?.aborted) abort();
  call.signal?.addEventListener("abort", abort);
  try {
    const { url, method, headers, body, keepalive } = call;
    const response = await fetch(url, {
      method,
      headers,
      signal: stop.signal,
      ...(body === undefined ? {} : { body }),
      ...(keepalive ? { keepalive } : {}),
    });
    const text = await response.text();
    if (!response.ok) return refused(call, response, text);
    return { status: response.status, body: text, headers: response.headers, url: response.url || url };
  } catch (thrown) {
    const why = late ? `no answer within ${call.timeoutMs / 1000} s` : "the server cannot be reached";
    const reason = late ? "timeout" : "network";
    return { reason, status: 0, body: thrown, endpoint: call.endpoint, message: `${call.endpoint}: ${why}` };
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", abort);
  }
}

function refused(call: Call, response: Response, text: string): Failure {
  const body = parsed(text);
  const said = (body as { error?: unknown } | null)?.error;
  const message = typeof said === "string" && said ? said : `${call.endpoint}: HTTP ${response.status}`;
  const retryAfter = seconds(response.headers.get("Retry-After"));
  const failure = {
    reason: "status" as const,
    status: response.status,
    body,
    endpoint: call.endpoint,
    message,
  };
  return retryAfter === undefined ? failure : { ...failure, retryAfter };
}

/** Retry-After is a number of seconds or a date. */
function seconds(header: string | null): number | undefined {
  if (!header) return undefined;
  const given = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(given) ? Math.max(0, given) : undefined;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function errorOf({ message, reason: _, ...details }: Failure): AvatarError {
  return new AvatarError(codeOf(details), message, details);
}

function codeOf({ status, endpoint }: FailedRequest): AvatarErrorCode {
  if (endpoint === "whep") return AvatarErrorCode.RTC_CONNECTION_FAILED;
  if (status === 401 || status === 403) return AvatarErrorCode.UNAUTHORIZED;
  // A 404 to create means the avatar or the voice: there is no session yet.
  const gone = (status === 404 && endpoint !== "create") || status === 410;
  return gone ? AvatarErrorCode.SESSION_NOT_FOUND : AvatarErrorCode.API_REQUEST_FAILED;
}
