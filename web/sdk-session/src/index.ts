export {
  type AvatarChoice,
  AvatarControlSDK,
  type ControlConfig,
  type MediaAddress,
  type SessionCredentials,
  type TurnServer,
} from "./control";
export { AvatarError, AvatarErrorCode, type FailedRequest } from "./errors";
export type { LogLevel } from "./log";
export type { RetryConfig } from "./retry";
export { AvatarRTCSDK, type FeedMessage, type RtcEvents, type RtcOptions } from "./rtc";
export {
  type AvatarConfig,
  type CreateSessionOptions,
  type InitSessionOptions,
  KalturaAvatarSession,
  type SessionEvents,
} from "./session";
export { ConnectionState, SessionState } from "./states";
