/** The page /live: choose a presenter, let it speak, watch, interrupt. */

import "@fontsource-variable/instrument-sans/wght.css";
import "@fontsource/instrument-serif/400.css";
import {
  AvatarControlSDK,
  type AvatarError,
  type FeedMessage,
  KalturaAvatarSession,
} from "@rostra/sdk-session";
import { Chooser } from "./chooser";
import { Composer } from "./composer";
import { show, the } from "./dom";
import { Feed } from "./feed";
import { figures, type Report } from "./figures";
import { Gauges } from "./gauges";
import { ended, problem, unsaid } from "./problems";
import { controlApi, newSession, type Presenter, type Session } from "./server";
import { Stage } from "./stage";

const LOOK = 1000; // ms between two looks at the statistics

/** Also in `data-state` of the page, for styles and tests. */
type State = "idle" | "connecting" | "live" | "reconnecting" | "ended" | "problem";

const WORDS: Record<State, string> = {
  idle: "Ready",
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Connecting again",
  ended: "Ended",
  problem: "Not connected",
};

const asked = new URLSearchParams(location.search);
const stage = new Stage();
const feed = new Feed();
const gauges = new Gauges();
const chooser = new Chooser((presenter) => start(presenter));
const composer = new Composer({ say, play, interrupt });

let session: KalturaAvatarSession | null = null;
let presenter: Presenter | null = null;
let report: Report | null = null;
let turns = 0;
let shown: unknown; // the last error

function enter(state: State): void {
  document.documentElement.dataset.state = state;
  the("status-text").textContent = WORDS[state];
  composer.enable(state === "live");
}

function view(name: "choose" | "show"): void {
  document.documentElement.dataset.view = name;
  show(the("choose"), name === "choose");
  show(the("show"), name === "show");
  window.scrollTo(0, 0);
}

async function start(chosen: Presenter): Promise<void> {
  presenter = chosen;
  document.title = `${chosen.name} · Rostra Live`;
  history.replaceState(null, "", query(chosen.id));
  view("show");
  enter("connecting");
  stage.wait(chosen);
  stage.silent(false);
  stage.degraded("");
  feed.restart();
  gauges.clear();
  report = null;
  try {
    const credentials = await newSession(chosen.id, asked.get("size"));
    if (presenter !== chosen) return discard(credentials);
    session = open(chosen);
    await session.initSession(credentials, { videoContainerId: "video" });
  } catch (thrown) {
    if (presenter === chosen) fail(thrown);
  }
}

/** Gives back a session that nobody wants any more. */
function discard(credentials: Session): void {
  new AvatarControlSDK({ baseUrl: controlApi(), ...credentials }).end().catch(() => {}); // it dies by itself, too
}

function query(id: string): string {
  const next = new URLSearchParams(asked);
  if (id) next.set("presenter", id);
  else next.delete("presenter");
  return `${location.pathname}${next.size ? `?${next}` : ""}`;
}

function open(chosen: Presenter): KalturaAvatarSession {
  const opened = new KalturaAvatarSession(undefined, {
    baseUrl: controlApi(),
    logLevel: "warn",
    iceTransportPolicy: asked.has("relay") ? "relay" : "all",
  });
  const current = () => opened === session;
  opened.on("connectionChange", (state) => {
    if (!current()) return;
    if (state === "CONNECTED") connected(opened, chosen);
    if (state === "CONNECTING" && opened.getSessionState() === "READY") reconnecting();
  });
  opened.on("stateChange", (state) => {
    if (!current()) return;
    if (state === "READY") enter("live");
    if (state === "ENDED") over();
  });
  opened.on("error", (error) => {
    if (current() && opened.getSessionState() === "ERROR") fail(error);
  });
  opened.on("speakingStart", () => current() && stage.speaks(true));
  opened.on("speakingEnd", () => current() && stage.speaks(false));
  opened.on("mutedChange", (muted) => current() && stage.silent(muted));
  opened.on("feed", (message) => current() && hear(message));
  return opened;
}

function connected(opened: KalturaAvatarSession, { name }: Presenter): void {
  const video = opened.getVideoElement();
  if (video && !video.dataset.watched) {
    video.dataset.watched = "yes";
    stage.watch(video);
    video.addEventListener("playing", () => feed.add("First picture", "good"), { once: true });
  }
  stage.clear();
  feed.add(opened.getSessionState() === "READY" ? "Connected again" : `${name} is connected`, "good");
  if (opened.getSessionState() === "READY") enter("live");
}

function reconnecting(): void {
  enter("reconnecting");
  feed.add("The connection was lost", "bad");
  stage.lost();
}

let reason: unknown; // of an end that the server has told

function hear(message: FeedMessage): void {
  const turn = String(message.turnId ?? "");
  const words = message.text ?? message.words;
  switch (message.type) {
    case "word":
    case "words":
      if (typeof words !== "string") break;
      feed.heard(turn, words);
      stage.heard(words);
      break;
    case "speaking-start":
      feed.add("Speech begins");
      break;
    case "speaking-end":
      feed.close(turn, message.interrupted === true);
      feed.add(message.interrupted === true ? "Speech was cut off" : "Speech ends");
      break;
    case "degraded":
    case "restored":
      degraded(message);
      break;
    case "first-frame": // the browser itself tells when it plays
      break;
    case "ended":
      reason = message.reason;
      break;
    default:
      feed.add(message.type);
  }
}

function degraded({ type, reason, level }: FeedMessage): void {
  const what = String(reason ?? level ?? "");
  const text = type === "degraded" ? `Reduced under load${what ? `: ${what}` : ""}` : "";
  stage.degraded(text);
  feed.add(text || "Full quality again", text ? "bad" : "good");
}

/** An error is both thrown and told; it is shown once. */
function fail(thrown: unknown): void {
  if (thrown === shown) return;
  shown = thrown;
  const trouble = problem(thrown, presenter?.name ?? "");
  enter("problem");
  stage.speaks(false);
  feed.add(trouble.title, "bad");
  stage.trouble(trouble, again);
}

function over(): void {
  enter("ended");
  stage.speaks(false);
  feed.add("The session has ended");
  stage.trouble(ended(reason), again);
  reason = undefined;
}

function again(): void {
  if (presenter) void leave().then((was) => was && start(was));
}

/** Ends what runs; gives whom it was with. */
async function leave(): Promise<Presenter | null> {
  const [running, was] = [session, presenter];
  session = presenter = null;
  running?.endSession().catch(() => {});
  return was;
}

async function choose(): Promise<void> {
  const was = await leave();
  history.replaceState(null, "", query(""));
  document.title = "Rostra Live";
  enter("idle");
  stage.clear();
  view("choose");
  if (was) chooser.focus(was.id);
}

async function say(text: string): Promise<void> {
  try {
    await session?.sayText(text, `turn-${Date.now()}-${++turns}`);
  } catch (thrown) {
    composer.complain(unsaid(thrown));
    composer.restore(text);
  }
}

async function play(file: File): Promise<void> {
  feed.add(`${file.name} is on its way`);
  try {
    await session?.sayAudio(file, `turn-${Date.now()}-${++turns}`);
  } catch (thrown) {
    composer.complain(unsaid(thrown));
  }
}

async function interrupt(): Promise<void> {
  try {
    await session?.interrupt();
  } catch (thrown) {
    composer.complain((thrown as AvatarError).message);
  }
}

async function measure(): Promise<void> {
  const now = await session?.getStats();
  if (!now) return;
  const next = new Map(now as unknown as Map<string, Record<string, unknown>>);
  gauges.show(figures(report, next));
  report = next;
}

the("veil-other").addEventListener("click", choose);
the("end").addEventListener("click", () => {
  const running = session?.getSessionState();
  if (running === "READY" || running === "CREATING") session?.endSession().catch(() => {});
  else void choose();
});
document.querySelector(".brand")?.addEventListener("click", (event) => {
  event.preventDefault();
  void choose();
});
setInterval(measure, LOOK);

void chooser.load().then((loaded) => {
  const wished = loaded && chooser.find(asked.get("presenter") ?? "");
  if (wished) void start(wished);
});
