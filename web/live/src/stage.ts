/** The picture, and what lies over it: words, sound button, troubles. */

import { make, show, the } from "./dom";
import { joined } from "./feed";
import type { Problem } from "./problems";
import type { Presenter } from "./server";

const CAPTION_STAYS = 2500; // ms after the last word
const CAPTION_LONGEST = 72; // characters

export class Stage {
  private readonly whole = the("stage");
  private readonly frame = the("frame");
  private readonly poster = the<HTMLImageElement>("poster");
  private readonly caption = the("caption");
  private readonly veil = the("veil");
  private readonly action = the<HTMLButtonElement>("veil-action");
  private readonly other = the<HTMLButtonElement>("veil-other");
  private countdown: ReturnType<typeof setInterval> | undefined;
  private fading: ReturnType<typeof setTimeout> | undefined;
  private again = () => {};

  constructor() {
    this.action.addEventListener("click", () => this.again());
    this.poster.addEventListener("error", () => show(this.poster, false));
  }

  /** Shows the presenter's picture until the video runs. */
  wait({ name, preview }: Presenter): void {
    the("name").textContent = name;
    the("drop-name").textContent = name;
    show(this.poster, Boolean(preview));
    if (preview) this.poster.src = preview;
    this.frame.classList.remove("playing");
    this.whole.style.removeProperty("--ratio");
    this.busy(`${name} is coming on stage`, "");
  }

  /** The picture is gone, for a while. */
  lost(): void {
    this.frame.classList.remove("playing");
    this.busy("The connection was lost", "Connecting again. The session goes on meanwhile.");
  }

  /** Shows the video when its first picture is there, in its own shape. */
  watch(video: HTMLVideoElement): void {
    const fit = () => {
      if (video.videoWidth)
        this.whole.style.setProperty("--ratio", `${video.videoWidth} / ${video.videoHeight}`);
    };
    video.addEventListener("resize", fit);
    video.addEventListener("playing", () => {
      fit();
      this.frame.classList.add("playing");
    });
  }

  speaks(on: boolean): void {
    this.frame.classList.toggle("speaking", on);
    the("mood").textContent = on ? "speaking" : "at rest";
    clearTimeout(this.fading);
    if (on) this.caption.textContent = "";
    else this.fade();
  }

  /** Words as they are heard; old ones leave at the front. */
  heard(words: string): void {
    clearTimeout(this.fading);
    let text = joined(this.caption.textContent ?? "", words);
    if (text.length > CAPTION_LONGEST) text = words;
    this.caption.textContent = text.trim();
    this.captioned(true);
  }

  private captioned(on: boolean): void {
    this.caption.parentElement?.classList.toggle("shown", on);
  }

  private fade(): void {
    clearTimeout(this.fading);
    this.fading = setTimeout(() => {
      this.captioned(false);
      this.caption.textContent = "";
    }, CAPTION_STAYS);
  }

  silent(muted: boolean): void {
    show(the("sound"), muted);
  }

  degraded(text: string): void {
    the("degraded").textContent = text;
    show(the("degraded"), text !== "");
  }

  busy(title: string, text: string): void {
    this.cover(title, text, true);
    show(this.action, false);
    show(this.other, false);
  }

  /** Covers the picture with a problem and the way out of it. */
  trouble(problem: Problem, again: () => void): void {
    this.frame.classList.remove("playing");
    this.captioned(false);
    this.cover(problem.title, problem.text, false);
    show(this.other, true);
    show(this.action, Boolean(problem.action));
    this.again = again;
    this.count(problem.action ?? "", problem.wait ?? 0);
    (problem.action && !problem.wait ? this.action : this.other).focus();
  }

  clear(): void {
    clearInterval(this.countdown);
    show(this.veil, false);
  }

  private cover(title: string, text: string, busy: boolean): void {
    clearInterval(this.countdown);
    this.veil.classList.toggle("busy", busy);
    the("veil-title").textContent = title;
    the("veil-text").textContent = text;
    show(this.veil, true);
  }

  /** The button counts the seconds down before it can be pressed. */
  private count(label: string, seconds: number): void {
    const until = performance.now() + seconds * 1000;
    const look = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      this.action.disabled = left > 0;
      this.action.replaceChildren(left > 0 ? make("b", {}, `${label} in ${left} s`) : label);
      if (left <= 0) clearInterval(this.countdown);
    };
    if (seconds > 0) this.countdown = setInterval(look, 250);
    look();
  }
}
