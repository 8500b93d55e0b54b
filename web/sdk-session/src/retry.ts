/** Trying again: how often, after how long, and when not. */

import { AvatarError, AvatarErrorCode } from "./errors";

export interface RetryConfig {
  /** All attempts, the first included. */
  maxAttempts: number;
  initialDelayMs: number;
  maxDelayMs: number;
  backoffMultiplier: number;
}

export const RETRY: RetryConfig = {
  maxAttempts: 3,
  initialDelayMs: 500,
  maxDelayMs: 5000,
  backoffMultiplier: 2,
};

const JITTER = 0.2; // of the wait, to either side

/** The defaults with what the page wants otherwise; refuses what makes no sense. */
export function retryConfig(wanted: Partial<RetryConfig> = {}): RetryConfig {
  const config = { ...RETRY, ...wanted };
  for (const [name, value] of Object.entries(config)) {
    const least = name === "maxAttempts" || name === "backoffMultiplier" ? 1 : 0;
    if (!Number.isFinite(value) || value < least) {
      throw new AvatarError(
        AvatarErrorCode.INVALID_CONFIGURATION,
        `retryConfig.${name} must be a number of ${least} or more`,
      );
    }
  }
  return config;
}

/** Milliseconds to wait after the n-th failure (n from 1). */
export function delay(config: RetryConfig, failures: number, random = Math.random): number {
  const wait = Math.min(
    config.initialDelayMs * config.backoffMultiplier ** (failures - 1),
    config.maxDelayMs,
  );
  return wait * (1 + JITTER * (2 * random() - 1));
}

/** Waits; ends early, without an error, when the signal says so. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
