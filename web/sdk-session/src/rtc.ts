/** Picture and sound over WHEP: one offer, one answer, no trickle.
 *
 * An object is one connection. When it is lost, make another from a fresh `init-client`.
 * Source: draft-ietf-wish-whep; W3C WebRTC 1.0.
 */

import { type MediaAddress, type TurnServer, text } from "./control";
import { Emitter } from "./emitter";
import { AvatarError, AvatarErrorCode, asAvatarError } from "./errors";
import { type Call, never, over, passing, request } from "./http";
import { type Log, type LogLevel, logger } from "./log";
import { type RetryConfig, retryConfig } from "./retry";
import { listen, Speaking } from "./speaking";
import { ConnectionState } from "./states";

const PATIENCE_WHEP = 10_000; // ms for one attempt
const PATIENCE_DELETE = 5_000; // ms
const PATIENCE_CONNECT = 15_000; // ms from the answer to the connection
const FIRST_CANDIDATE = 1_000; // ms; a server must do without, too
const GRACE = 3_000; // ms that a connection may be silent before it counts as lost
const BUFFER = 100; // ms that picture and sound wait alike; without it the picture is ahead for half a minute
const CHANNEL_GRACE = 2_000; // ms after which speech is heard in the sound, if the server does not tell it
const LONGEST_MESSAGE = 65_536; // characters

export interface RtcOptions {
  /** `relay` goes through the TURN server only. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  retryConfig?: Partial<RetryConfig>;
  logLevel?: LogLevel;
}

/** What the server tells on the channel `events`. */
export interface FeedMessage {
  type: string;
  turnId?: string;
  [more: string]: unknown;
}

export type RtcEvents = {
  connectionChange: [ConnectionState];
  /** The connection was there and is lost. */
  lost: [];
  speaking: [boolean];
  feed: [FeedMessage];
};

export class AvatarRTCSDK {
  private readonly address: { whepUrl: string; turn: TurnServer | null };
  private readonly policy: RTCIceTransportPolicy;
  private readonly retry: RetryConfig;
  private readonly log: Log;
  private readonly emitter: Emitter<RtcEvents>;
  private readonly speaking: Speaking;
  private readonly ending = new AbortController();
  private state: ConnectionState = ConnectionState.DISCONNECTED;
  private peer: RTCPeerConnection | null = null;
  private stream: MediaStream | null = null;
  private resource: string | null = null;
  private told = false; // whether the server tells when it speaks
  private stopEar = () => {};
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(address: MediaAddress, options: RtcOptions = {}) {
    if (!text(address?.whepUrl)) {
      throw new AvatarError(AvatarErrorCode.INVALID_CONFIGURATION, "whepUrl must be a non-empty string");
    }
    this.address = { whepUrl: address.whepUrl, turn: address.turn ?? null };
    this.policy = options.iceTransportPolicy ?? "all";
    this.retry = retryConfig(options.retryConfig);
    this.log = logger(options.logLevel);
    this.emitter = new Emitter(this.log);
    this.speaking = new Speaking((speaks) => this.emitter.emit("speaking", speaks));
  }

  on<Name extends keyof RtcEvents>(event: Name, callback: (...args: RtcEvents[Name]) => void): void {
    this.emitter.on(event, callback);
  }

  off<Name extends keyof RtcEvents>(event: Name, callback: (...args: RtcEvents[Name]) => void): void {
    this.emitter.off(event, callback);
  }

  getConnectionState(): ConnectionState {
    return this.state;
  }

  getStream(): MediaStream | null {
    return this.stream;
  }

  /** The browser's own numbers, or null while there is no connection. */
  async getStats(): Promise<RTCStatsReport | null> {
    return this.peer ? this.peer.getStats() : null;
  }

  /** Resolves with the stream when it is connected. */
  async connect(): Promise<MediaStream> {
    if (this.state !== ConnectionState.DISCONNECTED) {
      throw new AvatarError(AvatarErrorCode.INVALID_STATE, "a connection is made once; make a new object");
    }
    this.become(ConnectionState.CONNECTING);
    try {
      const peer = await this.negotiate();
      await this.connected(peer);
      this.become(ConnectionState.CONNECTED);
      this.watch(peer);
      return this.stream as MediaStream;
    } catch (thrown) {
      if (this.ending.signal.aborted) throw over();
      this.become(ConnectionState.FAILED);
      this.release();
      throw asAvatarError(thrown, AvatarErrorCode.RTC_CONNECTION_FAILED);
    }
  }

  /** Closes the connection and frees its place at the server; may be called again. */
  close(): void {
    this.ending.abort();
    this.release();
    if (this.state !== ConnectionState.FAILED) this.become(ConnectionState.CLOSED);
  }

  /** Offers, sends, takes the answer. A server that knows no data channels is asked again without one. */
  private async negotiate(): Promise<RTCPeerConnection> {
    try {
      return await this.exchange(true);
    } catch (thrown) {
      const status = (thrown as { details?: { status?: number } }).details?.status;
      const cannot = !(thrown instanceof AvatarError) || status === 400;
      if (!cannot || this.ending.signal.aborted || typeof RTCPeerConnection === "undefined") throw thrown;
      this.log("info", "the server took no offer with a data channel; once more without", thrown);
      this.release();
      return this.exchange(false);
    }
  }

  private async exchange(withChannel: boolean): Promise<RTCPeerConnection> {
    const peer = this.newPeer(withChannel);
    this.peer = peer;
    const offer = await peer.createOffer();
    const found = candidate(peer);
    await peer.setLocalDescription(offer);
    await found;
    const sdp = await this.post(peer.localDescription?.sdp ?? "");
    if (this.ending.signal.aborted) throw over();
    await peer.setRemoteDescription({ type: "answer", sdp });
    return peer;
  }

  private newPeer(withChannel: boolean): RTCPeerConnection {
    if (typeof RTCPeerConnection === "undefined") {
      throw new AvatarError(AvatarErrorCode.RTC_CONNECTION_FAILED, "this browser has no WebRTC");
    }
    const peer = new RTCPeerConnection({
      iceServers: iceServers(this.address.turn),
      iceTransportPolicy: this.policy,
      bundlePolicy: "max-bundle",
    });
    const own = new MediaStream(); // for a server that names no stream
    this.stream = own;
    peer.ontrack = ({ track, streams, receiver }) => {
      receiver.jitterBufferTarget = BUFFER; // browsers that do not know it do not mind
      if (streams[0]) this.stream = streams[0];
      else own.addTrack(track);
    };
    peer.addTransceiver("audio", { direction: "recvonly" });
    peer.addTransceiver("video", { direction: "recvonly" });
    if (withChannel) this.hear(peer.createDataChannel("events"));
    peer.ondatachannel = ({ channel }) => {
      if (channel.label === "events") this.hear(channel);
    };
    return peer;
  }

  private async post(sdp: string): Promise<string> {
    const headers = { "Content-Type": "application/sdp" };
    const call = this.call("POST", this.address.whepUrl, PATIENCE_WHEP);
    const wish = { ...call, headers, body: sdp, retryable: passing, signal: this.ending.signal };
    const answer = await request(wish, this.retry, this.log);
    const place = answer.headers.get("Location");
    this.resource = place ? new URL(place, answer.url).href : null;
    if (this.ending.signal.aborted) this.free();
    return answer.body;
  }

  private free(): void {
    if (!this.resource) return;
    const call = { ...this.call("DELETE", this.resource, PATIENCE_DELETE), keepalive: true };
    this.resource = null;
    request(call, this.retry, this.log).catch(() => {}); // the server notices by itself, only later
  }

  private call(method: "POST" | "DELETE", url: string, timeoutMs: number): Call {
    return { method, url, timeoutMs, endpoint: "whep", headers: {}, retryable: never };
  }

  private connected(peer: RTCPeerConnection): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new AvatarError(AvatarErrorCode.RTC_CONNECTION_FAILED, why));
      const late = `no media connection within ${PATIENCE_CONNECT / 1000} s; is its UDP blocked? a TURN server helps`;
      const look = () => {
        if (peer.connectionState === "connected") resolve();
        if (peer.connectionState === "failed") fail("no way to the media server was found (ICE failed)");
      };
      this.after(PATIENCE_CONNECT, () => fail(late));
      this.ending.signal.addEventListener("abort", () => reject(over()));
      peer.onconnectionstatechange = look;
      look();
    });
  }

  /** After the connection: tells when it is lost, and when the avatar speaks. */
  private watch(peer: RTCPeerConnection): void {
    let grace: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(grace);
      if (peer.connectionState === "disconnected") grace = this.after(GRACE, () => this.lose());
      if (peer.connectionState === "failed" || peer.connectionState === "closed") this.lose();
    };
    peer.onconnectionstatechange = look;
    look();
    this.after(CHANNEL_GRACE, () => {
      if (!this.told) this.useEar(peer);
    });
  }

  private lose(): void {
    if (this.state !== ConnectionState.CONNECTED) return;
    this.become(ConnectionState.FAILED);
    this.release();
    this.emitter.emit("lost");
  }

  private useEar(peer: RTCPeerConnection): void {
    const audio = peer.getReceivers().find(({ track }) => track.kind === "audio");
    if (!audio) return;
    this.log("debug", "the server tells no speech; it is heard in the sound");
    this.stopEar = listen(audio, (speaks) => this.speaking.set(speaks));
  }

  private hear(channel: RTCDataChannel): void {
    // A server that goes closes the channel at once; ICE takes seconds to notice.
    channel.onclose = () => {
      if (this.told) this.lose();
    };
    channel.onmessage = ({ data }) => {
      const message = feedMessage(data);
      if (!message) return this.log("debug", "a message of the channel events is not understood");
      this.told = true;
      this.stopEar();
      if (message.type === "speaking-start") this.speaking.set(true);
      if (message.type === "speaking-end") this.speaking.set(false);
      this.emitter.emit("feed", message);
    };
  }

  private release(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.stopEar();
    this.told = false;
    if (this.peer) {
      this.peer.onconnectionstatechange = this.peer.ontrack = this.peer.ondatachannel = null;
      this.peer.close();
    }
    this.peer = null;
    this.free();
    this.speaking.set(false);
  }

  private after(ms: number, act: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
    return timer;
  }

  private become(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.emitter.emit("connectionChange", state);
  }
}

function iceServers(turn: TurnServer | null): RTCIceServer[] {
  if (!turn?.url) return [];
  return [{ urls: turn.url, username: turn.username ?? "", credential: turn.credential ?? "" }];
}

/** Waits for the first candidate, at most a second: an offer without one is good, one with it is better. */
function candidate(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FIRST_CANDIDATE);
    peer.onicecandidate = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function feedMessage(data: unknown): FeedMessage | null {
  if (typeof data !== "string" || data.length > LONGEST_MESSAGE) return null;
  try {
    const message: unknown = JSON.parse(data);
    const type = (message as FeedMessage | null)?.type;
    return typeof type === "string" ? (message as FeedMessage) : null;
  } catch {
    return null;
  }
}
