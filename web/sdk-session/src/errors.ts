/** What can go wrong, in the words that a page can act on. */

export const AvatarErrorCode = {
  /** The call does not fit the state of the session. */
  INVALID_STATE: "INVALID_STATE",
  /** The server refused or failed; `details` is a {@link FailedRequest}. */
  API_REQUEST_FAILED: "API_REQUEST_FAILED",
  /** Picture and sound could not be brought here, or were lost for good. */
  RTC_CONNECTION_FAILED: "RTC_CONNECTION_FAILED",
  /** An argument is missing or wrong; the message names it. */
  INVALID_CONFIGURATION: "INVALID_CONFIGURATION",
  /** The session is unknown to the server, or over. */
  SESSION_NOT_FOUND: "SESSION_NOT_FOUND",
  /** The Kaltura session or the token does not hold. */
  UNAUTHORIZED: "UNAUTHORIZED",
} as const;

export type AvatarErrorCode = (typeof AvatarErrorCode)[keyof typeof AvatarErrorCode];

/** `details` of errors that come from a request. */
export interface FailedRequest {
  /** HTTP status, or 0 where no answer came. */
  status: number;
  /** The answer, parsed where it is JSON. */
  body: unknown;
  /** Last part of the path, e.g. `say-text`; `whep` for the media request. */
  endpoint: string;
  /** Seconds after which the server wants to be asked again, where it said so. */
  retryAfter?: number;
}

export class AvatarError extends Error {
  readonly code: AvatarErrorCode;
  readonly details?: unknown;

  constructor(code: AvatarErrorCode, message: string, details?: unknown) {
    super(message);
    this.name = "AvatarError";
    this.code = code;
    this.details = details;
  }
}

/** Any thrown thing as our error. */
export function asAvatarError(thrown: unknown, code: AvatarErrorCode): AvatarError {
  if (thrown instanceof AvatarError) return thrown;
  return new AvatarError(code, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
