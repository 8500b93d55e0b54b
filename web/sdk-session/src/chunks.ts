/** Long text in pieces that are sent one after the other. The pieces, joined, are the text. */

export const LONGEST = 300; // characters in a piece

// From the best place to cut to the worst: after a sentence, after a clause, between words.
const BREAKS = [/[.!?…。！？]["'”’»)\]]*\s+|[。！？]/g, /[,;:–—、，；]\s+|[、，；]/g, /\s+/g];

export function split(text: string, longest = LONGEST): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > longest) {
    const end = start + cut(text.slice(start, start + longest));
    pieces.push(text.slice(start, end));
    start = end;
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** Where to cut a window: behind its last good place. */
function cut(window: string): number {
  for (const place of BREAKS) {
    let end = 0;
    for (const found of window.matchAll(place)) end = found.index + found[0].length;
    if (end > 0) return end;
  }
  const half = /[\uD800-\uDBFF]$/.test(window); // never between the two halves of one character
  return half ? window.length - 1 : window.length;
}
