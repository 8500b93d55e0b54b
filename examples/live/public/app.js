// The page: it gets a session from the backend, shows it, and lets it speak.

const $ = (id) => document.getElementById(id);

const { baseUrl, sdkUrl } = await fetch("/api/config").then((answer) => answer.json());
const { KalturaAvatarSession } = await import(sdkUrl);

const session = new KalturaAvatarSession(undefined, {
  baseUrl,
  retryConfig: { maxAttempts: 3, initialDelayMs: 500, maxDelayMs: 5000, backoffMultiplier: 2 },
  logLevel: "info",
});

session.on("stateChange", (state) => {
  $("state").value = state;
  $("start").disabled = state === "CREATING" || state === "READY";
  for (const id of ["say", "interrupt", "end"]) $(id).disabled = state !== "READY";
});
session.on("connectionChange", (state) => {
  $("connection").value = state;
});
session.on("speakingStart", () => {
  $("speech").value = "speaking";
});
session.on("speakingEnd", () => {
  $("speech").value = "silent";
});
session.on("error", (error) => {
  $("error").textContent = `${error.code}: ${error.message}`;
});

$("starting").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("error").textContent = "";
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ avatarId: $("avatar").value }),
  });
  const body = await answer.json();
  if (!answer.ok) {
    $("error").textContent = body.error;
    return;
  }
  await session.initSession(body, { videoContainerId: "avatar-container" }).catch(() => {}); // told by the event
});

$("speaking").addEventListener("submit", (event) => {
  event.preventDefault();
  const turnId = `turn-${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
  session.sayText($("text").value, turnId).catch(() => {});
});

$("interrupt").addEventListener("click", () => session.interrupt().catch(() => {}));
$("end").addEventListener("click", () => session.endSession().catch(() => {}));

$("start").disabled = false; // only now somebody listens to it
