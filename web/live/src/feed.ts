/** What happens, as a list; words appear as they are heard. */

import { make, the } from "./dom";

const LONGEST = 200; // lines

export type Kind = "word" | "good" | "plain" | "bad";

export class Feed {
  private readonly list = the("feed");
  private began = performance.now();
  /** Lines of turns that are being heard. */
  private readonly turns = new Map<string, HTMLElement>();

  /** Time counts from here. */
  restart(): void {
    this.began = performance.now();
    this.turns.clear();
    this.list.replaceChildren();
  }

  add(text: string, kind: Kind = "plain"): HTMLElement {
    const said = make("span", { className: "said" }, text);
    const line = make(
      "li",
      { className: kind },
      make("time", {}, clock(performance.now() - this.began)),
      said,
    );
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    this.list.append(line);
    while (this.list.childElementCount > LONGEST) this.list.firstElementChild?.remove();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
    return said;
  }

  /** Words of a turn, in the order in which they are heard. */
  heard(turn: string, words: string): void {
    let line = this.turns.get(turn);
    if (!line) {
      line = this.add("", "word");
      this.turns.set(turn, line);
    }
    line.textContent = joined(line.textContent ?? "", words);
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** A turn is over; one with the same name later gets a line of its own. */
  close(turn: string, cutOff: boolean): void {
    if (cutOff) this.turns.get(turn)?.classList.add("cut");
    this.turns.delete(turn);
  }
}

/** Words with a space between them, unless one is there. */
export function joined(before: string, words: string): string {
  return !before || /\s$/.test(before) || /^[\s.,;:!?…]/.test(words) ? before + words : `${before} ${words}`;
}

/** ms as m:ss.t */
export function clock(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const seconds = Math.floor(tenths / 10) % 60;
  return `${Math.floor(tenths / 600)}:${String(seconds).padStart(2, "0")}.${tenths % 10}`;
}
