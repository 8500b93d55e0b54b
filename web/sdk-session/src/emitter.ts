/** Events: who listens to what. */

import type { Log } from "./log";

/** `Events` maps a name to the arguments of its listeners. */
export class Emitter<Events extends Record<keyof Events, unknown[]>> {
  private readonly listeners: { [Name in keyof Events]?: Set<(...args: Events[Name]) => void> } = {};
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  on<Name extends keyof Events>(event: Name, callback: (...args: Events[Name]) => void): void {
    const known = this.listeners[event] ?? new Set();
    this.listeners[event] = known.add(callback);
  }

  off<Name extends keyof Events>(event: Name, callback: (...args: Events[Name]) => void): void {
    this.listeners[event]?.delete(callback);
  }

  /** Calls the listeners; one that throws is logged and stops nobody else. */
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): void {
    for (const callback of [...(this.listeners[event] ?? [])]) {
      try {
        callback(...args);
      } catch (thrown) {
        this.log("error", `a listener of ${String(event)} failed`, thrown);
      }
    }
  }
}
