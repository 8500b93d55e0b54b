/** What is to be said reaches the server in the order of the calls, one request at a time. */

import { AvatarError, AvatarErrorCode } from "./errors";

const MOST_WAITING = 1000; // requests

export class Says {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private era = 0;
  private flight: Promise<void> | undefined;

  /** Runs a job when those before it are done. One that is dropped before it ran resolves.
   *
   * @param job gets a question: is it still wanted?
   */
  push(job: (wanted: () => boolean) => Promise<void>): Promise<void> {
    if (this.waiting >= MOST_WAITING) {
      const message = `${MOST_WAITING} pieces wait to be sent; wait for sayText before you say more`;
      return Promise.reject(new AvatarError(AvatarErrorCode.INVALID_STATE, message));
    }
    const era = this.era;
    const wanted = () => era === this.era;
    this.waiting++;
    const turn = this.tail.then(async () => {
      this.waiting--;
      if (!wanted()) return;
      this.flight = job(wanted).finally(() => {
        this.flight = undefined;
      });
      try {
        await this.flight;
      } catch (thrown) {
        if (wanted()) throw thrown;
      }
    });
    this.tail = turn.catch(() => {});
    return turn;
  }

  /** Drops all that waits, then runs `silence`; what is pushed meanwhile comes after it.
   *
   * A request under way may reach the server after the first `silence`: then there is a second one.
   */
  drop(silence: () => Promise<void>): Promise<void> {
    this.era++;
    let flight = this.flight?.catch(() => {});
    flight?.then(() => {
      flight = undefined;
    });
    const done = silence().then(async () => {
      if (!flight) return;
      await flight;
      await silence();
    });
    this.tail = Promise.all([this.tail, done.catch(() => {})]);
    return done;
  }
}
