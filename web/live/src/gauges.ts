/** The panel of figures: the newest number of each, and the last minute as a line. */

import { make, the } from "./dom";
import type { Figures } from "./figures";

const MINUTE = 60; // looks, one a second

interface Gauge {
  name: Exclude<keyof Figures, "size" | "codec">;
  label: string;
  unit: string;
  title: string;
  digits?: number;
  /** The line's floor and ceiling; it grows with higher values. */
  range: [number, number];
}

const GAUGES: Gauge[] = [
  { name: "fps", label: "Frame rate", unit: "fps", title: "Pictures decoded per second", range: [0, 30] },
  {
    name: "bitRate",
    label: "Bit rate",
    unit: "kbit/s",
    title: "Picture and sound together",
    range: [0, 800],
  },
  {
    name: "offset",
    label: "Picture to sound",
    unit: "ms",
    title: "Above 0: the picture is ahead. Within 40 ms either way nobody notices.",
    range: [-80, 80],
  },
  {
    name: "roundTrip",
    label: "Round trip",
    unit: "ms",
    title: "To the media server and back",
    range: [0, 100],
  },
  {
    name: "buffer",
    label: "Buffer",
    unit: "ms",
    title: "How long pictures wait in the jitter buffer",
    range: [0, 200],
  },
  { name: "loss", label: "Lost", unit: "%", title: "Packets that never came", digits: 1, range: [0, 5] },
];

interface Face {
  value: HTMLElement;
  line: SVGPolylineElement;
  past: (number | undefined)[];
}

export class Gauges {
  private readonly faces = new Map<string, Face>();
  private readonly format = make("p", { className: "format" });

  constructor() {
    const list = the("figures");
    for (const { name, label, unit, title } of GAUGES) {
      const value = make("b", {}, "–");
      value.dataset.figure = name;
      const { box, line } = sparkline();
      const term = make("dt", { title }, label);
      list.append(
        make("div", {}, term, make("dd", {}, value, make("small", {}, unit)), box as unknown as Node),
      );
      this.faces.set(name, { value, line, past: [] });
    }
    list.after(this.format);
  }

  show(figures: Figures): void {
    for (const { name, digits = 0, range } of GAUGES) {
      const face = this.faces.get(name);
      if (!face) continue;
      const now = figures[name];
      face.past = [...face.past, now].slice(-MINUTE);
      face.value.textContent = now === undefined ? "–" : signed(name, now.toFixed(digits));
      face.value.dataset.value = now === undefined ? "" : String(now);
      face.line.setAttribute("points", points(face.past, range));
    }
    this.format.textContent = [figures.size, figures.codec].filter(Boolean).join(" · ");
  }

  clear(): void {
    for (const face of this.faces.values()) face.past = [];
    this.show({});
  }
}

function signed(name: string, text: string): string {
  if (/^-?0(\.0)?$/.test(text)) return text.replace("-", "");
  return name === "offset" ? text.replace(/^(?!-)/, "+").replace("-", "−") : text;
}

const WIDE = 100; // units of the picture
const HIGH = 24;

/** A line of the last minute; gaps are left out. */
export function points(past: (number | undefined)[], [floor, ceiling]: [number, number]): string {
  const top = Math.max(ceiling, ...past.filter((value) => value !== undefined));
  const step = WIDE / (MINUTE - 1);
  return past
    .map((value, index) => {
      if (value === undefined) return "";
      const share = (Math.max(floor, value) - floor) / (top - floor);
      return `${(index * step).toFixed(1)},${(HIGH - 1 - share * (HIGH - 2)).toFixed(1)}`;
    })
    .filter(Boolean)
    .join(" ");
}

function sparkline(): { box: SVGSVGElement; line: SVGPolylineElement } {
  const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  box.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  box.setAttribute("preserveAspectRatio", "none");
  box.setAttribute("aria-hidden", "true");
  box.append(line);
  return { box, line };
}
