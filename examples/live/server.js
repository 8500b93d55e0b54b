// The backend: it alone knows the Kaltura session, and hands out one live session at a time.

import express from "express";
import { rateLimit } from "express-rate-limit";

const baseUrl = process.env.AVATAR_BASE_URL ?? "http://localhost:8080/v1/avatar-session";
const sdkUrl = process.env.AVATAR_SDK_URL ?? "http://localhost:8080/sdk/session/session.js";
const apiKey = process.env.AVATAR_API_KEY;
const port = Number(process.env.PORT ?? 3000);

if (!apiKey) {
  console.error("AVATAR_API_KEY is missing: a Kaltura session, for instance from: rostra ks mint");
  process.exit(1);
}

const app = express();
app.use(express.static(new URL("public", import.meta.url).pathname));
app.use("/api", express.json(), rateLimit({ windowMs: 15 * 60_000, limit: 100, standardHeaders: true }));

// Where the page finds the service.
app.get("/api/config", (_, response) => {
  response.json({ baseUrl, sdkUrl });
});

// A session for this visitor. The token in the answer controls this one session and nothing else.
app.post("/api/session", async (request, response) => {
  const { avatarId, voiceId } = request.body ?? {};
  if (typeof avatarId !== "string" || !avatarId) {
    return response.status(400).json({ error: "avatarId is missing" });
  }
  const answer = await fetch(`${baseUrl}/create`, {
    method: "POST",
    headers: { Authorization: `KS ${apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      visualConfig: { avatarId },
      voiceConfig: voiceId ? { id: voiceId } : undefined,
    }),
    signal: AbortSignal.timeout(15_000),
  });
  const body = await answer.json();
  if (!answer.ok) {
    const wait = answer.headers.get("Retry-After");
    if (wait) response.set("Retry-After", wait);
    return response.status(answer.status).json({ error: body.error });
  }
  response.json({ sessionId: body.sessionId, token: body.token });
});

app.use((error, _request, response, _next) => {
  const status = error.status ?? 502;
  console.error(error.message);
  response.status(status).json({ error: status === 502 ? "The avatar service does not answer" : error.message });
});

app.listen(port, () => console.log(`http://localhost:${port}`));
