/** Numbers of the running picture and sound, from the browser's own statistics.
 *
 * Source: W3C Identifiers for WebRTC's Statistics API.
 */

export interface Figures {
  /** Decoded pictures per second. */
  fps?: number;
  /** Of picture and sound together, kbit/s. */
  bitRate?: number;
  /** ms; positive: the picture is ahead of the sound. */
  offset?: number;
  /** To the media server and back, ms. */
  roundTrip?: number;
  /** How long pictures wait in the jitter buffer, ms. */
  buffer?: number;
  /** Packets that never came, percent. */
  loss?: number;
  /** Of the picture, e.g. "512 × 512". */
  size?: string;
  codec?: string;
}

type Stat = Record<string, unknown>;
export type Report = Pick<Map<string, Stat>, "values" | "get">;

/** The figures of the time between two reports; what the browser does not tell is left out. */
export function figures(before: Report | null, now: Report): Figures {
  const video = inbound(now, "video");
  const audio = inbound(now, "audio");
  const [videoBefore, audioBefore] = before ? [inbound(before, "video"), inbound(before, "audio")] : [];
  const seconds = change(videoBefore, video, "timestamp") / 1000;
  const bytes =
    change(videoBefore, video, "bytesReceived") + (change(audioBefore, audio, "bytesReceived") || 0);
  const lost = change(videoBefore, video, "packetsLost");
  const received = change(videoBefore, video, "packetsReceived");
  const emitted = change(videoBefore, video, "jitterBufferEmittedCount");
  return known({
    fps: change(videoBefore, video, "framesDecoded") / seconds,
    bitRate: (bytes * 8) / 1000 / seconds,
    offset: number(video, "estimatedPlayoutTimestamp") - number(audio, "estimatedPlayoutTimestamp"),
    roundTrip: number(pair(now), "currentRoundTripTime") * 1000,
    buffer: (change(videoBefore, video, "jitterBufferDelay") / emitted) * 1000,
    loss: (100 * Math.max(0, lost)) / (Math.max(0, lost) + received),
    size: video?.frameWidth ? `${video.frameWidth} × ${video.frameHeight}` : undefined,
    codec: codec(now, video),
  });
}

function inbound(report: Report, kind: string): Stat | undefined {
  return find(report, (stat) => stat.type === "inbound-rtp" && stat.kind === kind);
}

function pair(report: Report): Stat | undefined {
  const transport = find(report, ({ type }) => type === "transport");
  const chosen = report.get(String(transport?.selectedCandidatePairId));
  return chosen ?? find(report, ({ type, nominated }) => type === "candidate-pair" && nominated === true);
}

function codec(report: Report, video: Stat | undefined): string | undefined {
  const mime = report.get(String(video?.codecId))?.mimeType;
  return typeof mime === "string" ? mime.replace("video/", "") : undefined;
}

function find(report: Report, fits: (stat: Stat) => boolean): Stat | undefined {
  for (const stat of report.values()) if (fits(stat)) return stat;
  return undefined;
}

function number(stat: Stat | undefined, name: string): number {
  const value = stat?.[name];
  return typeof value === "number" ? value : Number.NaN;
}

function change(before: Stat | undefined, now: Stat | undefined, name: string): number {
  return number(now, name) - number(before, name);
}

/** Without what is not a number, or not there. */
function known(all: { [Name in keyof Figures]: Figures[Name] | undefined }): Figures {
  const holds = (value: unknown) =>
    typeof value === "number" ? Number.isFinite(value) : value !== undefined;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => holds(value))) as Figures;
}
