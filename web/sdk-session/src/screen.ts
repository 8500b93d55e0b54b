/** The video element, and the right to sound.
 *
 * Browsers let a page play sound only after the visitor has touched it. Until then the video runs muted, and
 * the first click, tap or key gives it its sound.
 */

import type { Log } from "./log";

const GESTURES = ["pointerup", "touchend", "keydown"] as const;

export class Screen {
  /** Made when it is first attached. */
  video: HTMLVideoElement | null = null;
  private stream: MediaStream | null = null;
  private readonly log: Log;
  private readonly tell: (muted: boolean) => void;
  private waiting = false;

  /** @param tell hears when the browser takes the sound away and when it is back */
  constructor(log: Log, tell: (muted: boolean) => void) {
    this.log = log;
    this.tell = tell;
  }

  /** Shows the video in a container; moves it there if it is shown elsewhere. */
  attach(container: HTMLElement): void {
    this.video ??= element();
    container.append(this.video);
    this.play();
  }

  show(stream: MediaStream): void {
    this.stream = stream;
    this.play();
  }

  remove(): void {
    this.listen(false);
    if (this.video) {
      this.video.srcObject = null;
      this.video.remove();
    }
    this.video = this.stream = null;
  }

  private play(): void {
    const { video, stream } = this;
    if (!video || !stream) return;
    if (video.srcObject !== stream) video.srcObject = stream;
    this.start(video);
  }

  private async start(video: HTMLVideoElement): Promise<void> {
    try {
      await video.play();
      return;
    } catch (thrown) {
      // Moved or given another stream meanwhile: that call plays it.
      if ((thrown as Error).name !== "NotAllowedError" || video !== this.video) return;
    }
    this.log("warn", "the browser lets no sound play before a click or key; muted until then");
    video.muted = true;
    this.listen(true);
    this.tell(true);
    video.play().catch(() => this.log("warn", "the browser lets no video play before a click or key"));
  }

  private listen(on: boolean): void {
    if (on === this.waiting) return;
    this.waiting = on;
    const change = on ? window.addEventListener : window.removeEventListener;
    for (const gesture of GESTURES) change.call(window, gesture, this.unmute, true);
  }

  private readonly unmute = async (): Promise<void> => {
    const { video } = this;
    if (!video) return;
    video.muted = false;
    try {
      await video.play();
      this.listen(false);
      this.tell(false);
    } catch {
      video.muted = true; // not a gesture that counts; wait for the next
      video.play().catch(() => {});
    }
  };
}

function element(): HTMLVideoElement {
  const video = document.createElement("video");
  video.autoplay = true;
  video.playsInline = true;
  video.setAttribute("playsinline", "");
  Object.assign(video.style, { width: "100%", height: "100%", display: "block" });
  return video;
}
