/** Where the visitor writes, or gives a recording. */

import { show, the } from "./dom";

const LARGEST = 25 * 2 ** 20; // bytes

export interface Orders {
  say: (text: string) => void;
  play: (file: File) => void;
  interrupt: () => void;
}

export class Composer {
  private readonly text = the<HTMLTextAreaElement>("text");
  private readonly button = the<HTMLButtonElement>("say");
  private readonly file = the<HTMLInputElement>("file");
  private readonly cut = the<HTMLButtonElement>("interrupt");
  private readonly error = the("composer-error");
  private readonly drop = the("drop");
  private readonly orders: Orders;
  private open = false;

  constructor(orders: Orders) {
    this.orders = orders;
    the("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("input", () => this.refresh());
    this.file.addEventListener("change", () => {
      const [file] = this.file.files ?? [];
      if (file) this.take(file);
      this.file.value = "";
    });
    this.cut.addEventListener("click", () => orders.interrupt());
    window.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.open) orders.interrupt();
    });
    this.dropping();
  }

  enable(open: boolean): void {
    this.open = open;
    for (const control of [this.text, this.file, this.cut]) control.disabled = !open;
    the("file-label").classList.toggle("disabled", !open);
    this.refresh();
    this.complain("");
    // A keyboard that pops up on a phone would hide the stage.
    if (open && matchMedia("(pointer: fine)").matches) this.text.focus();
  }

  complain(text: string): void {
    this.error.textContent = text;
    show(this.error, text !== "");
  }

  /** Gives back what could not be said, unless the visitor has gone on writing. */
  restore(text: string): void {
    if (!this.text.value) this.text.value = text;
    this.refresh();
  }

  private refresh(): void {
    this.button.disabled = !this.open || this.text.value.trim() === "";
  }

  private say(): void {
    const text = this.text.value.trim();
    if (!this.open || !text) return;
    this.complain("");
    this.text.value = "";
    this.refresh();
    this.orders.say(text);
  }

  private take(file: File): void {
    if (!this.open) return;
    const wrong = unfit(file);
    this.complain(wrong);
    if (!wrong) this.orders.play(file);
  }

  private dropping(): void {
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    window.addEventListener("dragover", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      show(this.drop, this.open);
    });
    window.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!relatedTarget) show(this.drop, false);
    });
    window.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      show(this.drop, false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) this.take(file);
    });
  }
}

/** Why a file cannot be said, or nothing. */
export function unfit({ name, size, type }: File): string {
  if (size === 0) return `${name} is empty.`;
  if (size > LARGEST) return `${name} is too large: at most ${LARGEST / 2 ** 20} MB.`;
  if (type && !/^(audio\/|video\/(webm|ogg))/.test(type)) {
    return `${name} is no recording: give an MP3, WAV, OGG or WebM file.`;
  }
  return "";
}
