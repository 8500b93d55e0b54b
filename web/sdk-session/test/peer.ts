/** A peer connection without a network. The test says what happens to it. */

import { vi } from "vitest";

export class FakeStream {
  readonly tracks: unknown[] = [];
  addTrack(track: unknown): void {
    this.tracks.push(track);
  }
}

export class FakeChannel {
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readyState = "open";
  readonly label: string;
  constructor(label: string) {
    this.label = label;
  }
  says(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

/** How new peers behave. */
export const behaviour = { connects: true, takesChannels: true, namesStream: true, energy: 0 };

export class FakePeer {
  static all: FakePeer[] = [];
  static get last(): FakePeer {
    return FakePeer.all.at(-1) as FakePeer;
  }

  readonly config: RTCConfiguration;
  readonly transceivers: string[] = [];
  readonly channels: FakeChannel[] = [];
  readonly stream = new FakeStream();
  readonly receivers: { kind: string; jitterBufferTarget: number | null }[] = [];
  connectionState = "new";
  iceGatheringState = "new";
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate: ((event: unknown) => void) | null = null;
  ontrack: ((event: unknown) => void) | null = null;
  ondatachannel: ((event: { channel: FakeChannel }) => void) | null = null;
  private seconds = 0;
  private sum = 0;

  constructor(config: RTCConfiguration) {
    this.config = config;
    FakePeer.all.push(this);
  }

  addTransceiver(kind: string, { direction }: { direction: string }): void {
    this.transceivers.push(`${kind} ${direction}`);
  }

  createDataChannel(label: string): FakeChannel {
    const channel = new FakeChannel(label);
    this.channels.push(channel);
    return channel;
  }

  async createOffer() {
    return { type: "offer", sdp: `v=0\r\ns=offer ${this.channels.length} channels\r\n` };
  }

  async setLocalDescription(offer: { sdp: string }): Promise<void> {
    this.localDescription = offer;
    queueMicrotask(() => this.onicecandidate?.({ candidate: null }));
  }

  async setRemoteDescription(answer: { sdp: string }): Promise<void> {
    if (this.channels.length && !behaviour.takesChannels) throw new TypeError("the order of m-lines");
    this.remoteDescription = answer;
    for (const kind of ["audio", "video"]) {
      const streams = behaviour.namesStream ? [this.stream] : [];
      this.ontrack?.({ track: { kind }, streams, receiver: this.received(kind) });
    }
    if (behaviour.connects) queueMicrotask(() => this.becomes("connected"));
  }

  private received(kind: string): { kind: string; jitterBufferTarget: number | null } {
    const receiver = { kind, jitterBufferTarget: null };
    this.receivers.push(receiver);
    return receiver;
  }

  becomes(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  getReceivers() {
    const getStats = async () => {
      this.seconds += 0.05;
      this.sum += behaviour.energy * 0.05;
      const stat = { type: "inbound-rtp", kind: "audio" };
      return new Map([["a", { ...stat, totalAudioEnergy: this.sum, totalSamplesDuration: this.seconds }]]);
    };
    return [{ track: { kind: "audio" }, getStats }];
  }

  async getStats() {
    return new Map();
  }

  close(): void {
    this.connectionState = "closed";
  }
}

export function fakeWebRtc(): void {
  FakePeer.all = [];
  Object.assign(behaviour, { connects: true, takesChannels: true, namesStream: true, energy: 0 });
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", FakeStream);
}
