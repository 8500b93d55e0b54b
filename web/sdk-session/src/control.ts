/** The control API over HTTP. Needs no browser: a backend may use it, too. */

import { AvatarError, AvatarErrorCode } from "./errors";
import { type Answer, type Call, never, parsed, passing, request, unheard } from "./http";
import { isLogLevel, type Log, type LogLevel, logger } from "./log";
import { type RetryConfig, retryConfig } from "./retry";

const PATIENCE = 15_000; // ms for one attempt
const PATIENCE_UPLOAD = 120_000; // ms
const LARGEST_AUDIO = 25 * 2 ** 20; // bytes, as the server has it
const END_UNHEARD = 5_000; // ms; the page may be going

export interface ControlConfig {
  /** Address of the control API, up to and with `/v1/avatar-session`. */
  baseUrl: string;
  /** The Kaltura session; only `create` needs it. */
  apiKey?: string;
  sessionId?: string;
  token?: string;
  retryConfig?: Partial<RetryConfig>;
  logLevel?: LogLevel;
}

export interface AvatarChoice {
  avatarId: string;
  voiceId?: string;
  /** Rate of speech, 0.5 to 2. */
  voiceSpeed?: number;
  /** Pixels of the picture, with `height`: even, up to 1920x1080 or 1080x1920; the server's own without. */
  width?: number;
  height?: number;
}

export interface SessionCredentials {
  sessionId: string;
  token: string;
}

/** One TURN server; without a `url` there is none. */
export interface TurnServer {
  url?: string;
  username?: string;
  credential?: string;
}

export interface MediaAddress {
  whepUrl: string;
  turn?: TurnServer | null;
}

/** For a request that may be given up. */
export interface Bounds {
  signal?: AbortSignal;
  /** Asked before a piece is sent again. */
  wanted?: () => boolean;
}

export class AvatarControlSDK {
  private readonly baseUrl: string;
  private readonly apiKey: string | undefined;
  private session: SessionCredentials | undefined;
  private readonly retry: RetryConfig;
  private readonly log: Log;

  constructor(config: ControlConfig) {
    this.baseUrl = base(config?.baseUrl);
    this.apiKey = config.apiKey;
    this.retry = retryConfig(config.retryConfig);
    if (config.logLevel !== undefined && !isLogLevel(config.logLevel)) {
      throw invalid("config.logLevel must be debug, info, warn or error");
    }
    this.log = logger(config.logLevel);
    if (config.sessionId && config.token) this.use({ sessionId: config.sessionId, token: config.token });
  }

  /** The session that the other methods mean. */
  use(session: SessionCredentials): void {
    if (!text(session?.sessionId)) throw invalid("sessionId must be a non-empty string");
    if (!text(session.token)) throw invalid("token must be a non-empty string");
    this.session = { sessionId: session.sessionId, token: session.token };
  }

  /** Makes a session and uses it. */
  async create(choice: AvatarChoice, { signal }: Bounds = {}): Promise<SessionCredentials> {
    if (!text(this.apiKey)) throw invalid("apiKey is needed to create a session");
    if (!text(choice?.avatarId)) throw invalid("avatarId must be a non-empty string");
    const { avatarId, voiceId, voiceSpeed, width, height } = choice;
    const voiced = voiceId !== undefined || voiceSpeed !== undefined;
    const body = {
      visualConfig: { avatarId, width, height }, // JSON leaves out what is undefined
      voiceConfig: voiced ? { id: voiceId, speed: voiceSpeed } : undefined,
    };
    const answer = await this.ask(
      "create",
      { ...json(body), signal, retryable: passing },
      `KS ${this.apiKey}`,
    );
    const { sessionId, token } = answer as Partial<SessionCredentials>;
    if (!text(sessionId) || !text(token)) throw malformed("create", answer);
    this.use({ sessionId, token });
    return { sessionId, token };
  }

  /** Where the picture and the sound are; may be asked again. */
  async initClient({ signal }: Bounds = {}): Promise<MediaAddress> {
    const answer = await this.call("init-client", { signal, retryable: passing });
    const { whepUrl, turn } = answer as Partial<MediaAddress>;
    if (!text(whepUrl)) throw malformed("init-client", answer);
    return { whepUrl: new URL(whepUrl, absolute(this.baseUrl)).href, turn: turn ?? null };
  }

  /** Sends a piece of a turn's text; resolves when it is accepted, not when it is spoken. */
  async sayText(
    piece: { text: string; turnId: string; isFinal: boolean },
    bounds: Bounds = {},
  ): Promise<void> {
    await this.call("say-text", { ...json(piece), ...bounds, retryable: unheard });
  }

  async sayAudio(
    piece: { file: Blob; turnId: string; duration?: number; isFinal?: boolean },
    bounds: Bounds = {},
  ): Promise<void> {
    const { file, turnId, duration, isFinal = true } = piece;
    if (!(file instanceof Blob) || file.size === 0)
      throw invalid("file must be a File or Blob with sound in it");
    if (file.size > LARGEST_AUDIO) throw invalid(`file must have at most ${LARGEST_AUDIO / 2 ** 20} MiB`);
    const body = new FormData();
    body.append("audio", file, (file as File).name || "speech.mp3");
    body.append("turnId", turnId);
    if (duration !== undefined) body.append("duration", String(duration));
    body.append("isFinal", String(isFinal));
    await this.call("say-audio", { body, ...bounds, timeoutMs: PATIENCE_UPLOAD, retryable: unheard });
  }

  async interrupt({ signal }: Bounds = {}): Promise<void> {
    await this.call("interrupt", { signal, retryable: passing });
  }

  /** Not tried again: the next one comes soon anyway. */
  async keepAlive({ signal }: Bounds = {}): Promise<void> {
    await this.call("keep-alive", { signal, retryable: never });
  }

  async end(): Promise<void> {
    await this.call("end", { retryable: passing });
  }

  /** Ends the session from a page that is going; nobody waits for the answer. */
  endUnheard(): void {
    this.call("end", { keepalive: true, timeoutMs: END_UNHEARD, retryable: never }).catch(() => {});
  }

  private call(endpoint: string, options: Options): Promise<unknown> {
    if (!this.session) return Promise.reject(invalid("there is no session: create or use one first"));
    const { sessionId, token } = this.session;
    return this.ask(`${encodeURIComponent(sessionId)}/${endpoint}`, options, `Bearer ${token}`);
  }

  private async ask(path: string, options: Options, authorization: string): Promise<unknown> {
    const { signal, headers = {}, ...more } = options;
    const call: Call = {
      url: `${this.baseUrl}/${path}`,
      method: "POST",
      endpoint: path.split("/").pop() ?? path,
      timeoutMs: PATIENCE,
      headers: { Authorization: authorization, ...headers },
      ...more,
      ...(signal ? { signal } : {}),
    };
    return succeeded(call.endpoint, await request(call, this.retry, this.log));
  }
}

type Options = Pick<Call, "retryable"> &
  Partial<Pick<Call, "body" | "headers" | "timeoutMs" | "keepalive" | "wanted">> & {
    signal?: AbortSignal | undefined;
  };

function json(body: unknown): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

function succeeded(endpoint: string, answer: Answer): unknown {
  const body = parsed(answer.body);
  if ((body as { success?: unknown } | null)?.success !== true)
    throw malformed(endpoint, body, answer.status);
  return body;
}

function malformed(endpoint: string, body: unknown, status = 200): AvatarError {
  const said = (body as { error?: unknown } | null)?.error;
  const message = typeof said === "string" ? said : `${endpoint}: the answer is not one of the control API`;
  return new AvatarError(AvatarErrorCode.API_REQUEST_FAILED, message, { status, body, endpoint });
}

function base(url: unknown): string {
  if (!text(url)) throw invalid("config.baseUrl is missing: the address up to and with /v1/avatar-session");
  return url.trim().replace(/\/+$/, "");
}

/** A base may be relative to the page. */
function absolute(url: string): string {
  return typeof location === "undefined" ? url : new URL(url, location.href).href;
}

export function text(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

export function invalid(message: string): AvatarError {
  return new AvatarError(AvatarErrorCode.INVALID_CONFIGURATION, message);
}
