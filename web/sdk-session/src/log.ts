/** What the SDK says on the console. Tokens and spoken text are never logged. */

const LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LEVELS)[number];

export type Log = (level: LogLevel, message: string, ...more: unknown[]) => void;

/** A log that leaves out what is below a level. */
export function logger(lowest: LogLevel = "info"): Log {
  return (level, message, ...more) => {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(lowest)) console[level](`[avatar] ${message}`, ...more);
  };
}

export function isLogLevel(value: unknown): value is LogLevel {
  return LEVELS.includes(value as LogLevel);
}
