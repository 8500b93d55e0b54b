/** A live presenter in a page: the session, its picture, its speech, its end. */

import { split } from "./chunks";
import { type AvatarChoice, AvatarControlSDK, invalid, type SessionCredentials, text } from "./control";
import { Emitter } from "./emitter";
import { AvatarError, AvatarErrorCode, asAvatarError } from "./errors";
import { over } from "./http";
import { type Log, type LogLevel, logger } from "./log";
import { delay, type RetryConfig, retryConfig, sleep } from "./retry";
import { AvatarRTCSDK, type FeedMessage } from "./rtc";
import { Says } from "./says";
import { Screen } from "./screen";
import { Speaking } from "./speaking";
import { ConnectionState, SessionState } from "./states";

const KEEP_ALIVE = 10_000; // ms
const STEADY = 10_000; // ms after which a connection is not counted among those that did not hold
const LONGEST_TEXT = 100_000; // characters in one call

export interface AvatarConfig {
  /** Address of the control API, up to and with `/v1/avatar-session`. */
  baseUrl: string;
  retryConfig?: Partial<RetryConfig>;
  /** `info` if not given. */
  logLevel?: LogLevel;
  /** `relay` sends picture and sound through the TURN server only. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** ms between two signs of life; 10 000 if not given. */
  keepAliveIntervalMs?: number;
}

export interface CreateSessionOptions extends AvatarChoice {
  videoContainerId?: string;
}

export interface InitSessionOptions {
  videoContainerId?: string;
}

export type SessionEvents = {
  stateChange: [SessionState];
  connectionChange: [ConnectionState];
  error: [AvatarError];
  speakingStart: [];
  speakingEnd: [];
  /** The browser took the sound away until the visitor touches the page (true), or gave it back (false). */
  mutedChange: [boolean];
  /** Everything that the server tells on the channel `events`. */
  feed: [FeedMessage];
};

/** What belongs to one session, from create or init to its end. */
interface Life {
  control: AvatarControlSDK;
  says: Says;
  stop: AbortController;
  rtc: AvatarRTCSDK | null;
  keepAlive: ReturnType<typeof setInterval> | undefined;
  /** When it was connected, ms. */
  since: number;
  /** Connections in a row that did not hold. */
  flaps: number;
  /** Known once the server has answered. */
  sessionId: string | null;
  /** Created here: nobody else can end it. */
  own: boolean;
}

export class KalturaAvatarSession {
  private readonly apiKey: string | undefined;
  private readonly config: AvatarConfig;
  private readonly retry: RetryConfig;
  private readonly log: Log;
  private readonly emitter: Emitter<SessionEvents>;
  private readonly screen: Screen;
  private readonly speaking: Speaking;
  private life: Life | null = null;
  private ending: Promise<void> | undefined;
  private state: SessionState = SessionState.IDLE;
  private connection: ConnectionState = ConnectionState.DISCONNECTED;

  /**
   * @param apiKey a Kaltura session, where the page itself creates sessions; keep it on your server otherwise.
   * @param config `baseUrl` is needed. It may also be the only argument.
   */
  constructor(apiKey?: string | AvatarConfig | null, config?: AvatarConfig) {
    const only = typeof apiKey === "object" && apiKey !== null && config === undefined;
    this.apiKey = typeof apiKey === "string" ? apiKey : undefined;
    this.config = { ...(only ? apiKey : config) } as AvatarConfig;
    this.newControl(); // refuses a bad configuration now
    this.retry = retryConfig(this.config.retryConfig);
    this.log = logger(this.config.logLevel);
    this.emitter = new Emitter(this.log);
    this.screen = new Screen(this.log, (muted) => this.emitter.emit("mutedChange", muted));
    this.speaking = new Speaking((speaks) => this.emitter.emit(speaks ? "speakingStart" : "speakingEnd"));
  }

  /** Creates a session and shows it. Needs `apiKey`. Resolves when picture and sound are connected. */
  async createSession(options: CreateSessionOptions): Promise<void> {
    return this.reported(async () => {
      if (!text(this.apiKey))
        throw invalid("createSession needs an apiKey; use initSession with a session of your server");
      if (!text(options?.avatarId)) throw invalid("avatarId must be a non-empty string");
      const life = this.begin(options.videoContainerId);
      await this.enter(life, async () => {
        const { sessionId } = await life.control.create(options, life.stop);
        life.sessionId = sessionId;
        life.own = true;
      });
    });
  }

  /** Shows a session that your server has created. Resolves when picture and sound are connected. */
  async initSession(session: SessionCredentials, options: InitSessionOptions = {}): Promise<void> {
    return this.reported(async () => {
      this.newControl().use(session); // refuses bad credentials before anything changes
      const life = this.begin(options?.videoContainerId);
      life.control.use(session);
      life.sessionId = session.sessionId;
      await this.enter(life, async () => {});
    });
  }

  /** Shows the video in a container, now or as soon as there is one; again: moves it. */
  attachAvatar(containerId: string): void {
    try {
      this.screen.attach(elementOf(containerId));
    } catch (thrown) {
      this.emitter.emit("error", thrown as AvatarError);
      throw thrown;
    }
  }

  /** Says a text, or a piece of one.
   *
   * Calls with one `turnId` make one utterance; the last has `isFinal`. Pieces may break anywhere.
   * Resolves when the server has accepted all of it.
   */
  async sayText(words: string, turnId: string = newTurn(), isFinal = true): Promise<void> {
    return this.reported(async () => {
      const life = this.ready("sayText");
      if (typeof words !== "string") throw invalid("text must be a string");
      if (!text(turnId)) throw invalid("turnId must be a non-empty string");
      if (words === "" && !isFinal) return; // as language models give them
      if (words.length > LONGEST_TEXT)
        throw invalid(`text must have at most ${LONGEST_TEXT} characters in one call`);
      const pieces = split(words);
      const sent = pieces.map((piece, index) =>
        this.send(life, (wanted) => {
          const last = index === pieces.length - 1;
          const message = { text: piece, turnId, isFinal: isFinal && last };
          return life.control.sayText(message, { signal: life.stop.signal, wanted });
        }),
      );
      await all(sent);
    });
  }

  /** Says a recording: a File or Blob, best MP3 at 44.1 kHz; its duration in seconds is a hint. */
  async sayAudio(file: Blob, turnId: string = newTurn(), duration?: number): Promise<void> {
    return this.reported(async () => {
      const life = this.ready("sayAudio");
      if (!text(turnId)) throw invalid("turnId must be a non-empty string");
      if (duration !== undefined && !(Number.isFinite(duration) && duration > 0)) {
        throw invalid("duration must be a number of seconds above 0");
      }
      const piece = { file, turnId, ...(duration === undefined ? {} : { duration }) };
      await this.send(life, (wanted) => life.control.sayAudio(piece, { signal: life.stop.signal, wanted }));
    });
  }

  /** Silence at once; what waits to be said is dropped. */
  async interrupt(): Promise<void> {
    return this.reported(async () => {
      const life = this.ready("interrupt");
      await life.says.drop(() => life.control.interrupt(life.stop));
    });
  }

  /** Ends the session here and at the server. May be called at any time, and again. */
  async endSession(): Promise<void> {
    this.ending ??= this.reported(() => this.finish()).finally(() => {
      this.ending = undefined;
    });
    return this.ending;
  }

  getSessionId(): string | null {
    return this.life?.sessionId ?? null;
  }

  getSessionState(): SessionState {
    return this.state;
  }

  getConnectionState(): ConnectionState {
    return this.connection;
  }

  /** The video element, once it is attached. */
  getVideoElement(): HTMLVideoElement | null {
    return this.screen.video;
  }

  /** The browser's own numbers of the media connection, or null while there is none. */
  async getStats(): Promise<RTCStatsReport | null> {
    return this.life?.rtc ? this.life.rtc.getStats() : null;
  }

  on<Name extends keyof SessionEvents>(event: Name, callback: (...args: SessionEvents[Name]) => void): void {
    this.emitter.on(event, callback);
  }

  off<Name extends keyof SessionEvents>(event: Name, callback: (...args: SessionEvents[Name]) => void): void {
    this.emitter.off(event, callback);
  }

  private newControl(): AvatarControlSDK {
    const { apiKey, config } = this;
    return new AvatarControlSDK({ ...config, ...(apiKey === undefined ? {} : { apiKey }) });
  }

  private begin(containerId: string | undefined): Life {
    if (this.state === SessionState.CREATING || this.state === SessionState.READY) {
      throw wrongState("there is a session already; end it first", this.state);
    }
    if (containerId !== undefined) this.screen.attach(elementOf(containerId));
    const life: Life = {
      control: this.newControl(),
      says: new Says(),
      stop: new AbortController(),
      rtc: null,
      keepAlive: undefined,
      since: 0,
      flaps: 0,
      sessionId: null,
      own: false,
    };
    this.life = life;
    this.connect(ConnectionState.DISCONNECTED);
    this.become(SessionState.CREATING);
    if (typeof window !== "undefined") window.addEventListener("pagehide", this.leave);
    return life;
  }

  private async enter(life: Life, identify: () => Promise<void>): Promise<void> {
    try {
      await identify();
      await this.media(life);
    } catch (thrown) {
      if (life.stop.signal.aborted) throw over();
      if (life.own) life.control.endUnheard();
      this.collapse(life);
      throw thrown;
    }
    const every = this.config.keepAliveIntervalMs ?? KEEP_ALIVE;
    life.keepAlive = setInterval(() => this.keepAlive(life), every);
    this.become(SessionState.READY);
  }

  /** Brings picture and sound here. */
  private async media(life: Life): Promise<void> {
    this.connect(ConnectionState.CONNECTING);
    const address = await life.control.initClient(life.stop);
    if (life.stop.signal.aborted) throw over();
    const rtc = new AvatarRTCSDK(address, this.config);
    life.rtc = rtc;
    rtc.on("speaking", (speaks) => this.speaking.set(speaks));
    rtc.on("feed", (message) => this.hear(life, message));
    rtc.on("lost", () => void this.recover(life));
    const stream = await rtc.connect();
    this.screen.show(stream);
    life.since = performance.now();
    this.connect(ConnectionState.CONNECTED);
  }

  /** Tries to get lost picture and sound back; the session lives on at the server meanwhile. */
  private async recover(life: Life): Promise<void> {
    this.log("warn", "picture and sound were lost; connecting again");
    this.connect(ConnectionState.CONNECTING);
    life.flaps = performance.now() - life.since < STEADY ? life.flaps + 1 : 0;
    let error = new AvatarError(
      AvatarErrorCode.RTC_CONNECTION_FAILED,
      "the connection was lost again and again",
    );
    for (
      let failures = Math.max(0, life.flaps - 1);
      failures < this.retry.maxAttempts && !fatal(error);
      failures++
    ) {
      if (failures > 0) await sleep(delay(this.retry, failures), life.stop.signal);
      if (life.stop.signal.aborted) return;
      try {
        return await this.media(life);
      } catch (thrown) {
        if (life.stop.signal.aborted) return;
        error = asAvatarError(thrown, AvatarErrorCode.RTC_CONNECTION_FAILED);
      }
    }
    this.collapse(life);
    this.emitter.emit("error", error);
  }

  private hear(life: Life, message: FeedMessage): void {
    this.emitter.emit("feed", message);
    if (message.type !== "ended" || life !== this.life) return;
    this.release(life);
    this.connect(ConnectionState.CLOSED);
    this.become(SessionState.ENDED);
  }

  private async keepAlive(life: Life): Promise<void> {
    try {
      await life.control.keepAlive(life.stop);
    } catch (thrown) {
      const error = asAvatarError(thrown, AvatarErrorCode.API_REQUEST_FAILED);
      if (life.stop.signal.aborted) return;
      if (!fatal(error))
        return this.log("warn", "a sign of life failed; the next one follows", error.message);
      this.collapse(life);
      this.emitter.emit("error", error);
    }
  }

  private send(life: Life, job: (wanted: () => boolean) => Promise<void>): Promise<void> {
    return life.says.push((wanted) => {
      if (life.stop.signal.aborted) throw over();
      return job(wanted);
    });
  }

  private ready(method: string): Life {
    if (this.state !== SessionState.READY || !this.life) {
      throw wrongState(`${method} needs a session that is READY`, this.state);
    }
    return this.life;
  }

  /** Emits what a method throws; a session that the server does not know any more is over. */
  private async reported(act: () => Promise<void>): Promise<void> {
    const life = this.life;
    try {
      await act();
    } catch (thrown) {
      const error = asAvatarError(thrown, AvatarErrorCode.API_REQUEST_FAILED);
      const lost = fatal(error) && this.state === SessionState.READY && life !== null && life === this.life;
      if (lost) this.collapse(life);
      this.emitter.emit("error", error);
      throw error;
    }
  }

  private async finish(): Promise<void> {
    const { life } = this;
    if (!life) return;
    const known = life.sessionId !== null && this.state !== SessionState.ENDED;
    this.release(life);
    this.life = null;
    this.screen.remove();
    if (this.connection !== ConnectionState.DISCONNECTED) this.connect(ConnectionState.CLOSED);
    this.become(SessionState.ENDED);
    if (!known) return;
    try {
      await life.control.end();
    } catch (thrown) {
      if ((thrown as AvatarError).code !== AvatarErrorCode.SESSION_NOT_FOUND) throw thrown;
    }
  }

  /** An end that was not wished for. */
  private collapse(life: Life): void {
    if (life !== this.life) return;
    this.release(life);
    this.connect(ConnectionState.FAILED);
    this.become(SessionState.ERROR);
  }

  private readonly leave = (): void => {
    const { life } = this;
    if (!life) return;
    if (life.sessionId !== null) life.control.endUnheard();
    this.release(life);
    this.connect(ConnectionState.CLOSED);
    this.become(SessionState.ENDED);
  };

  private release(life: Life): void {
    if (typeof window !== "undefined") window.removeEventListener("pagehide", this.leave);
    clearInterval(life.keepAlive);
    life.stop.abort();
    life.rtc?.close();
    life.rtc = null;
    this.speaking.set(false);
  }

  private become(state: SessionState): void {
    if (state === this.state) return;
    this.state = state;
    this.emitter.emit("stateChange", state);
  }

  private connect(state: ConnectionState): void {
    if (state === this.connection) return;
    this.connection = state;
    this.emitter.emit("connectionChange", state);
  }
}

function elementOf(id: string): HTMLElement {
  const element = typeof document === "undefined" ? null : document.getElementById(id);
  if (!element) throw invalid(`there is no element with the id ${JSON.stringify(id)} for the video`);
  return element;
}

function fatal({ code }: AvatarError): boolean {
  return code === AvatarErrorCode.SESSION_NOT_FOUND || code === AvatarErrorCode.UNAUTHORIZED;
}

function wrongState(message: string, state: SessionState): AvatarError {
  return new AvatarError(AvatarErrorCode.INVALID_STATE, `${message}; it is ${state}`);
}

/** The first error, after all have come to an end. */
async function all(jobs: Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(jobs)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

function newTurn(): string {
  return `turn-${Date.now()}-${Math.random().toString(36).slice(2, 10)}`;
}
