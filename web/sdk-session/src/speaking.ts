/** When the avatar speaks: told by the server, or heard in its sound. */

const THRESHOLD = 0.01; // RMS, full scale 1: about -40 dB
const BEGINS = 100; // ms above the threshold
const ENDS = 500; // ms below it
const EVERY = 50; // ms between two looks

/** A switch that never says the same twice. */
export class Speaking {
  private on = false;
  private readonly tell: (speaks: boolean) => void;

  constructor(tell: (speaks: boolean) => void) {
    this.tell = tell;
  }

  set(speaks: boolean): void {
    if (speaks === this.on) return;
    this.on = speaks;
    this.tell(speaks);
  }
}

/** Hears speech in levels: a start after 100 ms of sound, an end after 500 ms of silence. */
export class Ear {
  private speaks = false;
  private since: number | undefined;

  /** @returns whether there is speech at this time (ms) */
  hear(level: number, at: number): boolean {
    const loud = level > THRESHOLD;
    if (loud === this.speaks) this.since = undefined;
    else if (this.since === undefined) this.since = at;
    else if (at - this.since >= (loud ? BEGINS : ENDS)) {
      this.speaks = loud;
      this.since = undefined;
    }
    return this.speaks;
  }
}

/** Listens to a received track by its statistics, which need no permission to play.
 *
 * @returns stops it
 */
export function listen(receiver: RTCRtpReceiver, hears: (speaks: boolean) => void): () => void {
  const ear = new Ear();
  let before: Energy | undefined;
  const timer = setInterval(async () => {
    const now = energy(await receiver.getStats().catch(() => new Map()));
    const seconds = now && before ? now.seconds - before.seconds : 0;
    const level = now && before && seconds > 0 ? Math.sqrt((now.sum - before.sum) / seconds) : 0;
    before = now;
    hears(ear.hear(level, performance.now()));
  }, EVERY);
  return () => clearInterval(timer);
}

interface Energy {
  sum: number;
  seconds: number;
}

function energy(report: Iterable<[string, Record<string, unknown>]>): Energy | undefined {
  for (const [, stat] of report) {
    if (stat.type === "inbound-rtp" && stat.kind === "audio") {
      return { sum: Number(stat.totalAudioEnergy), seconds: Number(stat.totalSamplesDuration) };
    }
  }
  return undefined;
}
