/** The states of a session and of its media connection. */

export const SessionState = {
  IDLE: "IDLE",
  CREATING: "CREATING",
  READY: "READY",
  ENDED: "ENDED",
  ERROR: "ERROR",
} as const;

export type SessionState = (typeof SessionState)[keyof typeof SessionState];

export const ConnectionState = {
  DISCONNECTED: "DISCONNECTED",
  CONNECTING: "CONNECTING",
  CONNECTED: "CONNECTED",
  FAILED: "FAILED",
  CLOSED: "CLOSED",
} as const;

export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];
