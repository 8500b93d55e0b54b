/** The presenters to choose from. */

import { make, show, the } from "./dom";
import { type Presenter, presenters } from "./server";

export class Chooser {
  private readonly list = the("presenters");
  private readonly note = the("choose-note");
  private readonly retry = the<HTMLButtonElement>("choose-retry");
  private readonly search = the<HTMLInputElement>("search");
  private known: Presenter[] = [];
  private readonly chosen: (presenter: Presenter) => void;

  constructor(chosen: (presenter: Presenter) => void) {
    this.chosen = chosen;
    this.search.addEventListener("input", () => this.filter());
    this.retry.addEventListener("click", () => this.load());
  }

  /** @returns whether they could be loaded */
  async load(): Promise<boolean> {
    show(this.retry, false);
    this.say("");
    this.list.replaceChildren(...Array.from({ length: 12 }, () => make("li", { className: "ghost" })));
    try {
      this.known = await presenters();
    } catch (thrown) {
      this.list.replaceChildren();
      this.say(`The presenters could not be loaded. ${(thrown as Error).message}`);
      show(this.retry, true);
      return false;
    }
    this.list.replaceChildren(...this.known.map((presenter) => this.card(presenter)));
    if (!this.known.length)
      this.say("This server has no presenters yet. Its owner adds some with “rostra presenter add”.");
    return true;
  }

  find(id: string): Presenter | undefined {
    return this.known.find((presenter) => presenter.id === id);
  }

  /** Puts the focus back where the visitor was. */
  focus(id: string): void {
    this.list.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  }

  private card(presenter: Presenter): HTMLElement {
    const { id, name, preview } = presenter;
    const picture = make("img", { src: preview, alt: "", loading: "lazy", width: 320, height: 320 });
    picture.addEventListener("error", () => picture.remove());
    const initial = make("i", { ariaHidden: "true" }, name.slice(0, 1));
    const button = make("button", { type: "button" }, initial, picture, make("span", {}, name));
    button.dataset.id = id;
    button.addEventListener("click", () => this.chosen(presenter));
    return make("li", {}, button);
  }

  private filter(): void {
    const wanted = this.search.value.trim().toLowerCase();
    let found = 0;
    [...this.list.children].forEach((item, index) => {
      const fits = (this.known[index]?.name ?? "").toLowerCase().includes(wanted);
      show(item as HTMLElement, fits);
      if (fits) found++;
    });
    this.say(this.known.length && !found ? `Nobody here is called “${this.search.value.trim()}”.` : "");
  }

  private say(text: string): void {
    this.note.textContent = text;
    show(this.note, text !== "");
  }
}
